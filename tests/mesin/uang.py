"""The walks over debit batches, both axes of a contribution, receipts and stand-ins."""

from __future__ import annotations

import random
import uuid
from datetime import date
from typing import Any

from rentan.asuhan.status import StatusAsuhan
from rentan.core.actor import Pelaku
from rentan.core.clock import now, today
from rentan.ext import db
from rentan.iuran.models import Iuran
from rentan.iuran.status import MACHINE as IURAN
from rentan.iuran.status import (
    MACHINE_BPJS,
    MACHINE_PENERIMAAN,
    MACHINE_USUL,
    AlasanTahan,
    KelasGagal,
    StatusBpjs,
    StatusIuran,
)
from rentan.paket.models import PaketUang
from rentan.paket.status import MACHINE as PAKET
from rentan.paket.status import JenisPaket, StatusPaket
from rentan.siaga.status import MACHINE as TALANGAN
from rentan.tarif.models import TarifKelas
from tests.mesin.dasar import AKUN, Jalan, mungkin
from tests.mesin.jalan import buat_asuhan, buat_paket
from tests.mesin.tabel import TABEL_BPJS, TABEL_DEBET, TABEL_IURAN, TABEL_TALANGAN, TABEL_USUL

BULAN = date(2026, 11, 1)
#: Fewer states than a letter or a card: so many steps walk every arrow.
LANGKAH = 4_000


def buat_iuran(acak: random.Random, status: Any) -> Iuran:
    """In this state of either axis; the other one stands where both axes can go on."""
    asuhan = buat_asuhan(acak, StatusAsuhan.AKTIF)
    db.session.flush()
    masuk = mungkin(acak, StatusIuran.BERHASIL, StatusIuran.GAGAL)
    uang = status if isinstance(status, StatusIuran) else masuk
    row = Iuran(
        id=uuid.uuid4(), asuhan_id=asuhan.id, pekerja_id=asuhan.pekerja_id, asn_id=asuhan.asn_id,
        opd_id=asuhan.asn.opd_id, periode=BULAN, status=uang,
        status_bpjs=status if isinstance(status, StatusBpjs) else StatusBpjs.BELUM,
        jumlah=8_400, jkk=5_000, jkm=3_400, jht=0, kredit_dipakai=8_400, program="JKK+JKM", sektor="lain",
        pendanaan="pribadi", penghasilan=1_000_000,
        tarif_kelas_id=db.session.scalar(db.select(TarifKelas.id).limit(1)),
        alasan_tahan=AlasanTahan.MANDAT, kelas_gagal=acak.choice([KelasGagal.COBA_LAGI, *KelasGagal]),
        dijadwalkan_pada=now(), dibayar_pada=today(), tercatat_pada=today(),
    )  # fmt: skip
    db.session.add(row)
    return row


def sempurna_iuran(langkah: str, row: Any, by: Pelaku, f: dict[str, Any]) -> bool:
    """The guards of states.md §5 that the row alone can answer, and G5."""
    sendiri = by.asn_id is not None and by.asn_id == row.asn_id
    return {
        "C2": not sendiri, "C3": not sendiri, "C10": not sendiri,
        "C11": row.kelas_gagal is KelasGagal.COBA_LAGI,
        "C12": not sendiri and f["diusulkan_oleh"] != by.akun_id,
        "C13": not sendiri and f["diusulkan_oleh"] != by.akun_id,
        "C14": not sendiri and f["diusulkan_oleh"] != by.akun_id,
    }.get(langkah, True)  # fmt: skip


def sempurna_bpjs(langkah: str, row: Any, by: Pelaku, f: dict[str, Any]) -> bool:
    """P1: the money is in."""
    return langkah != "P1" or row.uang in ("berhasil", "dibayar_lain", "dari_kredit")


def buat_debet(acak: random.Random, status: Any) -> Any:
    row = buat_paket(acak, status, JenisPaket.DEBET)
    db.session.flush()
    row.uang = PaketUang(
        paket_id=row.id, tanggal=date(2026, 11, 2), perlu_kedua=acak.random() < 0.5,
        setuju_pertama_oleh=acak.choice([None, *AKUN]), pengimpor=acak.choice(AKUN),
    )  # fmt: skip
    db.session.flush()
    return row


def sempurna_debet(langkah: str, row: Any, by: Pelaku, f: dict[str, Any]) -> bool:
    """The guards of states.md §6, said once more."""
    bukan_penyusun = by.akun_id != row.dibuat_oleh
    pertama = row.uang.setuju_pertama_oleh
    cukup = pertama not in (None, by.akun_id) if row.uang.perlu_kedua else True
    return {
        "B3": f["jumlah"] > 0 and f["penghalang"] is None,
        "B5": f["sha256"] == row.sha256,
        "B5a": bukan_penyusun
        and (row.uang.perlu_kedua and pertama is None if row.ke == "dikunci" else cukup),
        "B6": f["tidak_dijalankan"] and bool(f["pesan_bank"]),
        "B10": f["selisih"] == 0,
        "B11": by.akun_id != row.uang.pengimpor and f["tanpa_pemilik"] == 0,
    }.get(langkah, True)


def fakta_debet(acak: random.Random, row: Any) -> dict[str, Any]:
    return {
        "jumlah": mungkin(acak, 1, 0), "sha256": mungkin(acak, "0" * 64, "1" * 64),
        "penghalang": mungkin(acak, None, "Batas berkas sudah lewat."),
        "tidak_dijalankan": mungkin(acak, True, False), "pesan_bank": mungkin(acak, "berkas rusak", ""),
        "selisih": mungkin(acak, 0, 8_400), "tanpa_pemilik": mungkin(acak, 0, 2),
    }  # fmt: skip


JALAN = {
    "debet": Jalan(
        PAKET, TABEL_DEBET, tuple(StatusPaket), buat_debet, fakta_debet, sempurna_debet, lambda row: None,
        langkah=LANGKAH,
    ),
    "iuran": Jalan(
        IURAN, TABEL_IURAN, tuple(StatusIuran), buat_iuran,
        lambda acak, row: {"diusulkan_oleh": acak.choice(AKUN)}, sempurna_iuran, lambda row: row.asn_id,
        langkah=LANGKAH,
    ),
    "iuran_bpjs": Jalan(
        MACHINE_BPJS, TABEL_BPJS, tuple(StatusBpjs), buat_iuran, lambda acak, row: {}, sempurna_bpjs,
        lambda row: row.asn_id, langkah=LANGKAH, kolom="status_bpjs",
    ),
}  # fmt: skip
#: Two steps of two people: their arrows are compared, the walk would prove nothing more.
PENDEK = {
    "usul_iuran": (MACHINE_USUL, TABEL_USUL),
    "penerimaan": (MACHINE_PENERIMAAN, TABEL_USUL),
    "talangan": (TALANGAN, TABEL_TALANGAN),
}
