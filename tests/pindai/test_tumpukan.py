"""From the uploaded PDF to the tray: the queue reads, a person completes, the same for a shuffled stack."""

from __future__ import annotations

import io
import random
import uuid
from typing import Any

import pytest
from PIL import Image

from rentan.berkas.status import JenisBerkas
from rentan.core.errors import NotFound, RuleError
from rentan.ext import db, runtime
from rentan.pindai import actions, queries, tempat
from rentan.pindai.models import HalamanPindai, Tumpukan
from rentan.pindai.status import HasilHalaman as H
from rentan.pindai.status import StatusTumpukan
from rentan.surat_kuasa import actions as surat_actions
from rentan.surat_kuasa.models import SuratKuasa
from tests.pindai import kertas
from tests.surat_kuasa.kertas import make_cetak

ACAK = 20_261_121


def unggah(cast: Any, pdf: bytes) -> Tumpukan:
    """Uploaded by Budi and read (the queue of tests works at once)."""
    by = cast.budi.pelaku
    tumpukan, _ = actions.receive_stack(io.BytesIO(pdf), opd_id=cast.sari.asn.opd_id, by=by)
    db.session.commit()
    db.session.expire_all()
    return tumpukan


def halaman_of(surat: SuratKuasa, acak: random.Random) -> list[Image.Image]:
    return [kertas.pindai(one, acak) for one in kertas.lembar_surat(surat).values()]


@pytest.fixture
def surat_sari(cast: Any) -> SuratKuasa:
    surat = make_cetak(cast.sari)
    db.session.commit()
    return surat


def ringkas(tumpukan: Tumpukan) -> Any:
    """The tray without page numbers."""
    baki = queries.make_baki(tumpukan)
    return (
        [(b.surat.ref, {j: sorted(h) for j, h in b.ada.items()}) for b in baki.lengkap],
        [(b.surat.ref, b.kurang) for b in baki.kurang],
        dict(baki.hitungan),
        len(baki.perlu),
        len(baki.lain),
    )


def test_sorted_and_shuffled_give_the_same_tray(cast: Any, surat_sari: SuratKuasa) -> None:
    acak = random.Random(ACAK)
    lina = make_cetak(cast.lina)
    wati = make_cetak(cast.wati)
    lama = make_cetak(cast.budi)
    old_pages = kertas.lembar_surat(lama)
    surat_actions.ubah(lama, by=cast.budi.pelaku)
    db.session.commit()
    pages = halaman_of(surat_sari, acak)
    pages += [pages[0].rotate(180)]  # a double
    without_last = list(kertas.lembar_surat(lina).items())
    missing = without_last.pop(0)[0]
    pages += [kertas.pindai(one, acak) for _, one in without_last]
    pages += [kertas.pindai(kertas.lembar_surat(wati)["1"], acak), kertas.pindai(old_pages["1"], acak)]
    pages += [kertas.kosong(acak), kertas.tak_terbaca(old_pages["1"], acak)]
    pages += [kertas.pindai(kertas.lembar_tempel("ASING")["KTP"], acak)]
    pages += [kertas.pindai(kertas.lembar_tempel(surat_sari.ref, isi=False)["KTP"], acak)]

    first = unggah(cast, kertas.jadi_pdf(pages))
    assert first.status is StatusTumpukan.SIAP, first.galat
    found = ringkas(first)
    lengkap, kurang, hitungan, perlu, _ = found
    assert [ref for ref, _ in lengkap] == [surat_sari.ref]
    assert kurang == [(lina.ref, [f"halaman {missing}"])]
    assert hitungan == {
        H.GANDA: 1,
        H.BUKAN_DI_SINI: 2,  # Wati's letter and a reference that nobody knows: the same answer
        H.VERSI_LAMA: 1,
        H.KOSONG: 1,
        H.TANPA_KODE: 1,
        H.TEMPEL_KOSONG: 1,
    }
    assert perlu == 5
    actions.close_stack(first, by=cast.budi.pelaku)
    db.session.commit()

    acak.shuffle(pages)
    second = unggah(cast, kertas.jadi_pdf(pages))
    assert ringkas(second) == found
    assert second.bagian == []  # the PDF has done its work
    for page in queries.list_halaman(second):
        picture = Image.open(io.BytesIO(queries.read_gambar(page)))
        assert picture.format == "JPEG"
        assert (picture.height > picture.width) or page.kode is None


def test_only_the_opd_that_holds_the_paper_sees_the_stack(cast: Any, surat_sari: SuratKuasa) -> None:
    tumpukan = unggah(cast, kertas.jadi_pdf([kertas.kosong(random.Random(1))]))
    assert queries.get_tumpukan(tumpukan.id, seen_by=cast.budi.pelaku).id == tumpukan.id
    for nama in ("wati", "sari", "rini", "dewi"):
        with pytest.raises(NotFound):
            queries.get_tumpukan(tumpukan.id, seen_by=getattr(cast, nama).pelaku)
    with pytest.raises(NotFound):
        actions.receive_stack(io.BytesIO(b"%PDF-1.4"), opd_id=cast.sari.asn.opd_id, by=cast.wati.pelaku)


@pytest.mark.kedua_basis
def test_the_same_bytes_lead_to_the_same_stack(cast: Any) -> None:
    pdf = kertas.jadi_pdf([kertas.kosong(random.Random(1))])
    first = unggah(cast, pdf)
    again, new = actions.receive_stack(io.BytesIO(pdf), opd_id=cast.sari.asn.opd_id, by=cast.budi.pelaku)
    assert (again.id, new) == (first.id, False)
    actions.close_stack(first, by=cast.budi.pelaku)
    db.session.commit()
    assert first.status is StatusTumpukan.DIBUANG
    assert unggah(cast, pdf).id != first.id


def rusak() -> dict[str, tuple[bytes, str]]:
    whole = kertas.jadi_pdf([kertas.kosong(random.Random(1))])
    return {
        "bukan pdf di dalam": (b"%PDF-1.7\n" + b"x" * 2_000, "rusak"),
        "terpotong": (whole[:200], "rusak"),
    }


@pytest.mark.parametrize("nama", ["bukan pdf di dalam", "terpotong"])
def test_a_broken_pdf_fails_with_a_sentence(cast: Any, nama: str) -> None:
    pdf, said = rusak()[nama]
    tumpukan = unggah(cast, pdf)
    assert tumpukan.status is StatusTumpukan.GAGAL
    assert said in (tumpukan.galat or "")
    assert tumpukan.bagian == []


def test_no_pdf_too_many_and_too_large_are_refused_at_once(cast: Any, monkeypatch: Any) -> None:
    by, opd = cast.budi.pelaku, cast.sari.asn.opd_id
    with pytest.raises(RuleError) as refused:
        actions.receive_stack(io.BytesIO(b"PK\x03\x04"), opd_id=opd, by=by)
    assert refused.value.kode == "tumpukan_jenis"
    batas = runtime().profil.batas
    with monkeypatch.context() as patch:
        patch.setitem(batas.__dict__, "ukuran_tumpukan", 10)
        with pytest.raises(RuleError) as refused:
            actions.receive_stack(io.BytesIO(b"%PDF-" + b"x" * 20), opd_id=opd, by=by)
        assert refused.value.kode == "tumpukan_terlalu_besar"
    with monkeypatch.context() as patch:
        patch.setitem(batas.__dict__, "tumpukan_per_hari", 0)
        with pytest.raises(RuleError) as refused:
            actions.receive_stack(io.BytesIO(b"%PDF-" + b"x" * 20), opd_id=opd, by=by)
        assert refused.value.kode == "tumpukan_kuota"
    with monkeypatch.context() as patch:
        patch.setitem(batas.__dict__, "halaman_tumpukan", 1)
        tumpukan = unggah(cast, kertas.jadi_pdf([kertas.kosong(random.Random(n)) for n in (1, 2)]))
        assert tumpukan.status is StatusTumpukan.GAGAL
        assert "1 sampai 1 halaman" in (tumpukan.galat or "")


# -- by hand ------------------------------------------------------------------------------------------------


@pytest.fixture
def tumpukan(cast: Any, surat_sari: SuratKuasa) -> Tumpukan:
    """Sari's pages, the first one unreadable, and a blank one."""
    acak = random.Random(ACAK)
    sheets = kertas.lembar_surat(surat_sari)
    pages = [kertas.tak_terbaca(sheets.pop("1"), acak)]
    pages += [kertas.pindai(one, acak) for one in sheets.values()]
    return unggah(cast, kertas.jadi_pdf([*pages, kertas.kosong(acak)]))


def test_a_page_is_placed_by_hand_and_taken_back(
    cast: Any, surat_sari: SuratKuasa, tumpukan: Tumpukan
) -> None:
    by = cast.budi.pelaku
    page = queries.get_halaman(tumpukan, 1)
    assert page.hasil is H.TANPA_KODE
    tempat.place_page(page, surat_sari, JenisBerkas.SURAT_KUASA, 1, by=by)
    db.session.commit()
    assert [b.surat.id for b in queries.make_baki(tumpukan).lengkap] == [surat_sari.id]
    tempat.take_back(page, by=by)
    db.session.commit()
    baki = queries.make_baki(tumpukan)
    assert not baki.lengkap
    assert [b.kurang for b in baki.kurang] == [["halaman 1"]]


def test_what_a_person_cannot_say(cast: Any, surat_sari: SuratKuasa, tumpukan: Tumpukan) -> None:
    by, page = cast.budi.pelaku, queries.get_halaman(tumpukan, 1)
    foreign = make_cetak(cast.wati)
    for surat, jenis, nomor, kode in (
        (foreign, JenisBerkas.KTP, 1, "bukan_menunggu"),
        (surat_sari, JenisBerkas.SURAT_KUASA, 9, "halaman_surat"),
        (surat_sari, JenisBerkas.KTP, 1, "sudah_ada"),
    ):
        with pytest.raises(RuleError) as refused:
            tempat.place_page(page, surat, jenis, nomor, by=by)
        assert refused.value.kode == kode


def test_a_double_takes_the_place_of_a_page_put_aside(cast: Any, surat_sari: SuratKuasa) -> None:
    acak = random.Random(ACAK)
    ktp = kertas.lembar_surat(surat_sari)["KTP"]
    tumpukan = unggah(cast, kertas.jadi_pdf([kertas.pindai(ktp, acak), kertas.pindai(ktp, acak)]))
    pages = {one.hasil: one for one in queries.list_halaman(tumpukan)}
    assert pages.keys() == {H.KTP, H.GANDA}
    tempat.set_aside(pages[H.KTP], by=cast.budi.pelaku)
    db.session.commit()
    assert pages[H.GANDA].surat_kuasa_id is None or pages[H.GANDA].hasil is H.KTP
    now = {one.nomor: (one.hasil, one.dibuang_pada is not None) for one in queries.list_halaman(tumpukan)}
    assert sorted(now.values(), key=str) == sorted([(H.KTP, True), (H.KTP, False)], key=str)


def test_closing_destroys_what_is_left(cast: Any, tumpukan: Tumpukan) -> None:
    keys = [one.kunci_gambar for one in queries.list_halaman(tumpukan)]
    assert all(keys)
    actions.close_stack(tumpukan, by=cast.budi.pelaku)
    db.session.commit()
    store = runtime().store
    assert not any(store.exists(key) for key in keys if key)
    with pytest.raises(NotFound):
        queries.read_gambar(queries.get_halaman(tumpukan, 1))


def test_the_sweep_leaves_what_is_known(cast: Any, tumpukan: Tumpukan) -> None:
    assert actions.sweep_stacks() == 0
    assert {one.kunci_gambar for one in queries.list_halaman(tumpukan)} <= queries.list_kunci()


@pytest.mark.kedua_basis
def test_reading_twice_changes_nothing(cast: Any) -> None:
    """Two servers start at once and both read on: every page has one row."""
    tumpukan = unggah(cast, kertas.jadi_pdf([kertas.kosong(random.Random(n)) for n in (1, 2, 3)]))
    before = [(one.id, one.versi) for one in queries.list_halaman(tumpukan)]
    actions.read_stack(str(tumpukan.id))
    actions.resume_stacks()
    db.session.commit()
    assert [(one.id, one.versi) for one in queries.list_halaman(tumpukan)] == before
    actions.read_stack(str(uuid.uuid4()))  # a stack that is gone
    assert db.session.scalar(db.select(db.func.count()).select_from(HalamanPindai)) == 3
