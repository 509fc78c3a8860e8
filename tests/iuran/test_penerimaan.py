"""Money beside the debit: recorded by the treasurer, accepted by another; prepaid months; A7 and W7."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from rentan.asn.models import Tahapan
from rentan.asn.status import Tahap
from rentan.asuhan.status import StatusAsuhan
from rentan.core.clock import today
from rentan.core.errors import Forbidden, RuleError, Stale
from rentan.ext import db
from rentan.iuran import buku, penerimaan, queries
from rentan.iuran.buku_akun import AkunBuku
from rentan.iuran.models import Iuran, Penerimaan
from rentan.iuran.status import AlasanTahan, KelasGagal, Saluran, StatusBpjs, StatusIuran, StatusUsul
from rentan.kepesertaan.queries import list_kandidat
from rentan.pekerja.status import StatusPekerja
from rentan.surat_kuasa.status import StatusSurat
from rentan.util.tanggal import awal_bulan, tambah_bulan
from tests import factories
from tests.iuran.maker import Donatur, make_donatur, make_iuran
from tests.threads import run_at_once

S = StatusIuran


def kini() -> date:
    return awal_bulan(today())


def record(cast: Any, donatur: Donatur, **more: Any) -> Penerimaan:
    facts = {
        "saluran": Saluran.TUNAI, "tanggal": today(), "bukti": "KAS-001", "jumlah": 8_400,
        "bulan_mulai": kini(), "jumlah_bulan": 1,
    } | more  # fmt: skip
    return penerimaan.record_penerimaan(donatur.asuhan[0], **facts, by=cast.hadi.pelaku)


def accept(cast: Any, row: Penerimaan) -> None:
    penerimaan.accept_penerimaan(row, by=cast.yuni.pelaku)
    db.session.commit()


def months(donatur: Donatur) -> list[Iuran]:
    query = db.select(Iuran).where(Iuran.asuhan_id == donatur.asuhan[0].id).order_by(Iuran.periode)
    return list(db.session.scalars(query))


@pytest.fixture
def donatur(cast: Any) -> Donatur:
    found = make_donatur()
    db.session.commit()
    return found


@pytest.mark.parametrize("status", [S.TERJADWAL, S.DITAHAN, S.GAGAL, None])
@pytest.mark.parametrize("saluran", list(Saluran))
def test_a_month_is_paid_when_another_accepts(
    cast: Any, donatur: Donatur, status: StatusIuran | None, saluran: Saluran
) -> None:
    if status is not None:
        make_iuran(
            donatur.asuhan[0], kini(), status, alasan_tahan=AlasanTahan.MANDAT,
            kelas_gagal=KelasGagal.PERBAIKI_DATA,
        )  # fmt: skip
    row = record(cast, donatur, saluran=saluran, tanggal=today() - timedelta(days=1))
    assert row.nomor.startswith(f"PM-{today().year}-") and row.status is StatusUsul.DIAJUKAN
    assert not months(donatur) or months(donatur)[0].status is status

    accept(cast, row)

    (paid,) = months(donatur)
    assert (paid.status, paid.dibayar_pada, paid.penerimaan_id) == (S.DIBAYAR_LAIN, row.tanggal, row.id)
    assert (paid.nomor_bukti or "").startswith("KW-")
    uang = AkunBuku.KAS if saluran is Saluran.TUNAI else AkunBuku.BANK_PENAMPUNG
    assert (buku.saldo(uang), buku.saldo(AkunBuku.TITIPAN_IURAN)) == (8_400, -8_400)
    assert db.session.scalar(
        db.select(db.func.count()).where(Tahapan.asn_id == donatur.asn.id, Tahapan.tahap == Tahap.DIDEBIT)
    )


@pytest.mark.parametrize("banyak", penerimaan.PILIHAN_BULAN)
def test_prepaid_months_each_at_their_own_price(cast: Any, banyak: int) -> None:
    """Until the cut for transport ends, its months are cheaper (PP 50/2025)."""
    donatur = make_donatur()
    hasil = penerimaan.hitung(donatur.asuhan[0], kini(), banyak)
    row = record(cast, donatur, jumlah=hasil.kurang + 500, jumlah_bulan=banyak)

    accept(cast, row)

    rows = months(donatur)
    assert [one.periode for one in rows] == [tambah_bulan(kini(), n) for n in range(banyak)]
    assert [one.jumlah for one in rows] == [one.harga for one in hasil.bulan]
    assert {one.status for one in rows} == {S.DIBAYAR_LAIN}
    assert buku.saldo_kredit([donatur.asuhan[0].id]) == {donatur.asuhan[0].id: 500}
    assert buku.saldo(AkunBuku.KAS) == row.jumlah
    assert len({one.nomor_bukti for one in rows}) == banyak


def test_the_price_changes_with_the_month(cast: Any) -> None:
    """A prepayment over the end of a cut is not twelve times the first month (product.md §3 Price)."""
    donatur = make_donatur()
    harga = {
        one.bulan: one.harga for one in penerimaan.hitung(donatur.asuhan[0], date(2026, 11, 1), 12).bulan
    }
    assert harga[date(2026, 11, 1)] == 8_400 and harga[date(2027, 10, 1)] == 16_800


def test_too_little_is_refused_with_what_is_missing(cast: Any, donatur: Donatur) -> None:
    with pytest.raises(RuleError, match=r"Kurang Rp400: .*Rp8\.400") as refused:
        record(cast, donatur, jumlah=8_000)
    assert refused.value.field == "jumlah"


@pytest.mark.parametrize(
    ("status", "kata"),
    [
        (S.DALAM_BATCH, "paket debet"),
        (S.DIKIRIM, "sedang diminta ke bank"),
        (S.TANPA_KABAR, "belum memberi kabar"),
        (S.BERHASIL, "sudah didebet"),
        (S.DIBAYAR_LAIN, "sudah dibayar"),
        (S.DARI_KREDIT, "kelebihan bayar"),
    ],
)
def test_a_month_under_way_or_paid_is_not_paid_twice(
    cast: Any, donatur: Donatur, status: StatusIuran, kata: str
) -> None:
    kredit = {"kredit_dipakai": 8_400} if status is S.DARI_KREDIT else {}
    make_iuran(donatur.asuhan[0], kini(), status, dibayar_pada=today(), **kredit)
    with pytest.raises(RuleError, match=kata):
        record(cast, donatur)


@pytest.mark.parametrize(
    ("ubah", "field"),
    [
        ({"tanggal": date(2099, 1, 1)}, "tanggal"),
        ({"tanggal": date(2020, 1, 1)}, "tanggal"),
        ({"jumlah_bulan": 2, "jumlah": 99_000}, "jumlah_bulan"),
        ({"bulan_mulai": date(2026, 1, 1)}, "bulan_mulai"),
        ({"jumlah": 99_000_000}, "jumlah"),
    ],
)
def test_impossible_facts_are_refused(cast: Any, donatur: Donatur, ubah: dict[str, Any], field: str) -> None:
    with pytest.raises(RuleError) as refused:
        record(cast, donatur, **ubah)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("ubah", "kata"),
    [
        ({"status": StatusAsuhan.DIJEDA}, "Dijeda"),
        ({"bulan_pertama": date(2099, 1, 1)}, "baru mulai"),
        ({"sementara": True, "sampai": date(2026, 1, 1)}, "hanya sampai"),
    ],
)
def test_new_months_only_where_a_debit_could_be(
    cast: Any, donatur: Donatur, ubah: dict[str, Any], kata: str
) -> None:
    for name, value in ubah.items():
        setattr(donatur.asuhan[0], name, value)
    with pytest.raises(RuleError, match=kata):
        record(cast, donatur)


@pytest.mark.parametrize(
    ("ubah", "kata", "ada"),
    [
        ({"status": StatusPekerja.NONAKTIF}, "berhenti di BPJS", True),
        ({"status": StatusPekerja.NONAKTIF}, "berhenti di BPJS", False),
        ({"status": StatusPekerja.BERAKHIR}, "sudah berakhir", True),
        ({"mulai_masa": date(2099, 1, 1)}, "masa kepesertaan", False),
        ({"lunas_sampai": date(2099, 1, 1)}, "bulan sesudahnya", True),
    ],
)
def test_money_that_could_not_be_remitted_is_refused(
    cast: Any, donatur: Donatur, ubah: dict[str, Any], kata: str, ada: bool
) -> None:
    if ada:
        make_iuran(donatur.asuhan[0], kini(), S.GAGAL, kelas_gagal=KelasGagal.COBA_LAGI)
    row = record(cast, donatur)
    for name, value in ubah.items():
        setattr(donatur.asuhan[0].pekerja, name, value)
    db.session.flush()
    with pytest.raises(RuleError, match=f"{kata}.* Tolak penerimaan ini"):
        accept(cast, row)
    with pytest.raises(RuleError, match=kata):
        record(cast, donatur, bukti="KAS-002")


def test_an_old_month_of_a_worker_to_be_registered_anew_is_refused(cast: Any, donatur: Donatur) -> None:
    """W16: the new membership begins after it; the running month may still be the first (A7)."""
    lalu = tambah_bulan(kini(), -1)
    make_iuran(donatur.asuhan[0], lalu, S.GAGAL, kelas_gagal=KelasGagal.COBA_LAGI)
    donatur.asuhan[0].pekerja.status, donatur.asuhan[0].pekerja.mulai_masa = StatusPekerja.LAYAK, None
    db.session.flush()
    with pytest.raises(RuleError, match="belum terdaftar"):
        record(cast, donatur, bulan_mulai=lalu)
    assert record(cast, donatur).status is StatusUsul.DIAJUKAN


def test_a_month_that_another_donor_pays_is_refused(cast: Any, donatur: Donatur) -> None:
    other = make_donatur()
    row = make_iuran(other.asuhan[0], kini())
    row.pekerja_id = donatur.asuhan[0].pekerja_id
    db.session.flush()
    with pytest.raises(RuleError, match="ditanggung donatur lain"):
        record(cast, donatur)


def test_the_same_slip_twice_is_refused(cast: Any, donatur: Donatur) -> None:
    record(cast, donatur)
    other = make_donatur()
    with pytest.raises(RuleError, match="sudah pernah dicatat"):
        record(cast, other)
    assert record(cast, other, saluran=Saluran.TRANSFER).bukti == "KAS-001"


def test_credit_is_used_first(cast: Any, donatur: Donatur) -> None:
    asuhan = donatur.asuhan[0]
    buku.catat(
        [
            buku.Posting.dua_sisi(
                buku.JenisJurnal.KELEBIHAN, today(), AkunBuku.KAS, AkunBuku.KREDIT_DONATUR, 3_000,
                asuhan_id=asuhan.id,
            )
        ],
        by=cast.hadi.pelaku,
    )  # fmt: skip
    assert penerimaan.hitung(asuhan, kini(), 1).kurang == 5_400
    row = record(cast, donatur, jumlah=5_400)
    accept(cast, row)
    (paid,) = months(donatur)
    assert (paid.status, paid.kredit_dipakai, paid.tagihan) == (S.DIBAYAR_LAIN, 3_000, 5_400)
    assert buku.saldo_kredit([asuhan.id]) == {} and buku.saldo(AkunBuku.TITIPAN_IURAN) == -8_400


def test_what_was_remitted_before_the_bank_took_it_back_pays_the_debt(cast: Any, donatur: Donatur) -> None:
    """C15 after P3: the donor owes; his cash settles that, and nothing is owed to BPJS a second time."""
    make_iuran(donatur.asuhan[0], kini(), S.GAGAL, kelas_gagal=KelasGagal.COBA_LAGI)
    months(donatur)[0].status_bpjs = StatusBpjs.DISETOR
    accept(cast, record(cast, donatur))
    assert buku.saldo(AkunBuku.PIUTANG_DONATUR) == -8_400 and buku.saldo(AkunBuku.TITIPAN_IURAN) == 0


def test_who_may_record_and_decide(cast: Any, donatur: Donatur) -> None:
    row = record(cast, donatur)
    for orang in (cast.hadi, cast.sari, cast.wati, cast.budi, cast.bayu, cast.dewi, cast.agus):
        with pytest.raises((Forbidden, RuleError)):
            penerimaan.accept_penerimaan(row, by=orang.pelaku)
        assert row.status is StatusUsul.DIAJUKAN
    with pytest.raises(Forbidden):
        penerimaan.record_penerimaan(
            donatur.asuhan[0], saluran=Saluran.TUNAI, tanggal=today(), bukti="X", jumlah=8_400,
            bulan_mulai=kini(), jumlah_bulan=1, by=cast.yuni.pelaku,
        )  # fmt: skip
    with pytest.raises(Stale):
        penerimaan.accept_penerimaan(row, by=cast.yuni.pelaku, versi=row.versi + 1)


def test_one_person_with_both_roles_does_not_accept_the_own_recording(cast: Any, donatur: Donatur) -> None:
    factories.grant(cast.hadi.akun, factories.Peran.PENYETUJU)
    row = record(cast, donatur)
    with pytest.raises(RuleError, match="tidak boleh menyetujui"):
        penerimaan.accept_penerimaan(row, by=cast.hadi.pelaku)
    with pytest.raises(RuleError, match="tidak boleh menyetujui"):
        penerimaan.refuse_penerimaan(row, catatan="x", by=cast.hadi.pelaku)


def test_nobody_decides_about_the_own_money(cast: Any) -> None:
    factories.grant(cast.sari.akun, factories.Peran.PENYETUJU)
    factories.grant(cast.lina.akun, factories.Peran.BENDAHARA)
    own = make_donatur(cast.sari.asn)
    row = record(cast, own)
    with pytest.raises(RuleError, match="iuran Anda sendiri"):
        penerimaan.accept_penerimaan(row, by=cast.sari.pelaku)
    linas = make_donatur(cast.lina.asn)
    with pytest.raises(RuleError, match="iuran Anda sendiri"):
        penerimaan.record_penerimaan(
            linas.asuhan[0], saluran=Saluran.TUNAI, tanggal=today(), bukti="Y", jumlah=8_400,
            bulan_mulai=kini(), jumlah_bulan=1, by=cast.lina.pelaku,
        )  # fmt: skip


def test_refused_with_a_reason_and_final(cast: Any, donatur: Donatur) -> None:
    row = record(cast, donatur)
    penerimaan.refuse_penerimaan(row, catatan="Buktinya tidak terbaca.", by=cast.yuni.pelaku)
    db.session.commit()
    assert row.status is StatusUsul.DITOLAK and row.catatan and not months(donatur)
    assert queries.count_putusan(cast.yuni.pelaku) == 0 and queries.count_putusan(cast.hadi.pelaku) == 0
    with pytest.raises(RuleError):
        penerimaan.accept_penerimaan(row, by=cast.yuni.pelaku)


def test_what_changed_meanwhile_stops_the_approval(cast: Any, donatur: Donatur) -> None:
    row = record(cast, donatur)
    make_iuran(donatur.asuhan[0], kini(), S.DIKIRIM)
    assert queries.count_putusan(cast.yuni.pelaku) == 1
    with pytest.raises(RuleError, match="Tolak penerimaan ini"):
        penerimaan.accept_penerimaan(row, by=cast.yuni.pelaku)


def test_a_prepayment_stands_in_for_the_letter(cast: Any) -> None:
    """W7 and A7: without letter the worker may go to BPJS, and the sponsorship becomes ready."""
    donatur = make_donatur()
    asuhan = donatur.asuhan[0]
    donatur.surat.status = StatusSurat.DIBATALKAN
    asuhan.status, asuhan.bulan_pertama = StatusAsuhan.MENUNGGU_MANDAT, None
    asuhan.pekerja.status = StatusPekerja.LAYAK
    db.session.flush()
    assert [one.kode for one in list_kandidat()] == ["mandat"]

    hasil = penerimaan.hitung(asuhan, kini(), 12)
    accept(cast, record(cast, donatur, jumlah=hasil.kurang, jumlah_bulan=12))

    assert asuhan.status is StatusAsuhan.MENUNGGU_MANDAT, "BPJS has not registered the worker yet"
    assert [one.kode for one in list_kandidat()] != ["mandat"]
    assert months(donatur)[0].surat_kuasa_id is None

    asuhan.pekerja.status = StatusPekerja.TERDAFTAR
    db.session.flush()
    assert penerimaan.siapkan_asuhan([asuhan.pekerja_id]) == 1 and asuhan.status is StatusAsuhan.SIAP


@pytest.mark.kedua_basis
def test_two_approvers_at_once_accept_once(app: Any, cast: Any) -> None:
    factories.grant(cast.dewi.akun, factories.Peran.PENYETUJU)
    donatur = make_donatur()
    row_id = record(cast, donatur).id
    db.session.commit()
    orang = [cast.yuni.pelaku, cast.dewi.pelaku]

    def one(n: int) -> str:
        row = queries.get_penerimaan(row_id, seen_by=orang[n], untuk_diubah=True)
        penerimaan.accept_penerimaan(row, by=orang[n])
        db.session.commit()
        return "ya"

    answers = run_at_once(app, 2, one)
    assert answers.count("ya") == 1
    assert [one.kode for one in answers if one != "ya"] == ["status_tidak_cocok"]
    db.session.expire_all()
    assert buku.saldo(AkunBuku.KAS) == 8_400 and len(months(donatur)) == 1
