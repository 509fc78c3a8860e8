"""Saving a sign-up step by step, sending it, giving it up; every function takes the locked ``Keadaan``.

Step 2 stands in ``actions_pekerja``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from rentan.asuhan import actions as asuhan_actions
from rentan.asuhan.garis import dapat_dilanjutkan
from rentan.asuhan.queries import periksa_kelayakan
from rentan.asuhan.status import StatusAsuhan
from rentan.berkas.sanitise import Bersih
from rentan.berkas.status import JenisBerkas
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, to_local, today
from rentan.core.errors import RuleError
from rentan.core.numbering import next_number
from rentan.core.subject import reveal, seal
from rentan.core.workflow import advance
from rentan.ext import db
from rentan.pekerja.queries import lahir_sesudah
from rentan.pekerja.status import DAPAT_DIASUH
from rentan.pendaftaran.isian import LUAR_KOTA, load_isian, store_isian
from rentan.pendaftaran.langkah import LANGKAH, count_done, kekurangan
from rentan.pendaftaran.models import Pendaftaran
from rentan.pendaftaran.queries import Keadaan, biaya_untuk, load_keadaan, pilihan_bulan
from rentan.pendaftaran.simpan import (
    SUDAH_TERKIRIM,
    change_draf,
    require_open,
    save_langkah,
    settle,
    touch,
)
from rentan.pendaftaran.status import MACHINE
from rentan.surat_kuasa import actions as surat_actions
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.queries import BULAN_KE_DEPAN
from rentan.tarif.queries import hari_debet
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import awal_bulan, format_tanggal
from rentan.wilayah.queries import find_kelurahan


def save_data_diri(
    keadaan: Keadaan,
    *,
    alamat: str,
    kelurahan: str,
    hp: str,
    versi: int | None,
    cetak_ulang: bool,
    by: Pelaku,
) -> None:
    """Step 1. ``kelurahan``: a Kemendagri code or ``LUAR_KOTA``; ``hp``: E.164.

    The roster row learns the address too: the pool sorts by the home kelurahan. Raises ``RuleError``
    (``kelurahan``, ``perlu_cetak_ulang`` and those of ``start_pendaftaran``), ``Stale``.
    """
    if kelurahan != LUAR_KOTA and find_kelurahan(kelurahan) is None:
        raise RuleError("Pilih kelurahan dari daftar.", "kelurahan", kode="kelurahan")
    answers = {"alamat": alamat, "kelurahan": kelurahan, "hp": hp}
    draf = save_langkah(keadaan, "data_diri", versi, cetak_ulang, answers, by)
    asn = keadaan.asn
    before = (reveal(asn, "alamat"), reveal(asn, "hp"), asn.kelurahan_kode)
    home = None if kelurahan == LUAR_KOTA else kelurahan
    if before != (alamat, hp, home):
        seal(asn, "alamat", alamat)
        seal(asn, "hp", hp)
        asn.kelurahan_kode = home
        record(Peristiwa.ASN_DIUBAH, by=by, objek=asn, bagian="kontak")
    settle(draf, by)


def save_iuran(
    keadaan: Keadaan,
    *,
    program: str,
    penghasilan: int,
    periode: int,
    bulan_pertama: date | None,
    nomor_rekening: str,
    nama_rekening: str,
    plafon: int | None,
    versi: int | None,
    cetak_ulang: bool,
    by: Pelaku,
) -> None:
    """Step 3, for all workers alike; ``penghasilan`` and ``plafon`` in rupiah a month.

    Raises ``RuleError``: ``bulan_pertama``, ``terlalu_tua`` (a worker is over age on that month's debit day),
    ``plafon_kurang``, ``perlu_cetak_ulang``, those of ``ubah_pilihan`` and ``start_pendaftaran``; ``Stale``.
    """
    if bulan_pertama is None or awal_bulan(bulan_pertama) not in pilihan_bulan():
        raise RuleError("Pilih bulan pertama dari daftar.", "bulan_pertama", kode="bulan_pertama")
    bulan_pertama = awal_bulan(bulan_pertama)
    _require_ages(keadaan, hari_debet(bulan_pertama))
    asuhan_actions.check_pilihan(program, penghasilan, periode, bulan_pertama)
    least = biaya_untuk(
        keadaan, program=program, penghasilan=penghasilan, periode=BULAN_KE_DEPAN, bulan_pertama=bulan_pertama
    ).puncak
    if plafon is not None and plafon < least:
        raise RuleError(
            f"Batas tertinggi paling sedikit {format_rupiah(least)} sebulan, yaitu iuran tertinggi "
            f"pekerja Anda dalam {BULAN_KE_DEPAN} bulan ke depan.",
            "plafon",
            kode="plafon_kurang",
        )
    answers = {
        "program": program,
        "penghasilan": penghasilan,
        "periode": periode,
        "bulan_pertama": bulan_pertama,
        "nomor_rekening": nomor_rekening,
        "nama_rekening": nama_rekening,
        "plafon": plafon,
    }
    draf = save_langkah(keadaan, "iuran", versi, cetak_ulang, answers, by)
    _apply_pilihan(replace(keadaan, isian=load_isian(draf)), by)
    settle(draf, by)


def _require_ages(keadaan: Keadaan, debet: date) -> None:
    youngest = lahir_sesudah(debet)
    for one in keadaan.pekerja:
        if one.pekerja.tanggal_lahir <= youngest and not dapat_dilanjutkan(one.pekerja):
            raise RuleError(
                f"{one.pekerja.nama} melewati batas usia pada debet {format_tanggal(debet)}. Pilih bulan "
                "pertama yang lebih awal, atau ganti pekerjanya.",
                "bulan_pertama",
                kode="terlalu_tua",
            )


def _apply_pilihan(keadaan: Keadaan, by: Pelaku) -> None:
    """Programme, class, period and first month hold for every proposed worker of the letter."""
    wanted = (keadaan.program, keadaan.penghasilan, keadaan.periode, keadaan.bulan_pertama)
    for one in keadaan.pekerja:
        now_stored = (one.program, one.penghasilan, one.periode, one.bulan_pertama)
        if one.status is StatusAsuhan.DIUSULKAN and now_stored != wanted:
            asuhan_actions.ubah_pilihan(
                one,
                program=keadaan.program,
                penghasilan=keadaan.penghasilan,
                periode=keadaan.periode,
                bulan_pertama=keadaan.bulan_pertama,
                by=by,
            )


def print_surat(keadaan: Keadaan, *, by: Pelaku) -> None:
    """Step 4: M2. Raises ``RuleError`` (``belum_lengkap`` and the guards of M2)."""
    require_open(keadaan)
    missing = [kalimat for one in LANGKAH[:-1] for kalimat in one.kurang(keadaan)]
    if keadaan.draf is None or missing:
        raise RuleError(" ".join(missing), kode="belum_lengkap")
    if keadaan.surat is None:  # cancelled on the letter's own page meanwhile
        settle(keadaan.draf, by)
        keadaan = load_keadaan(seen_by=by)
    surat = keadaan.surat
    assert surat is not None and keadaan.draf is not None  # settle made it  # noqa: S101
    surat_actions.cetak(surat, by=by)
    touch(keadaan.draf, load_keadaan(seen_by=by))


def renew_surat(keadaan: Keadaan, *, by: Pelaku) -> None:
    """M3 on the donor's wish: the print does not name the workers any more who stand in the sign-up now."""
    settle(change_draf(keadaan, True, by), by)


def check_unggahan(keadaan: Keadaan, ukuran: dict[JenisBerkas, int], *, by: Pelaku) -> None:
    """What can be refused before an upload is opened; sizes in bytes. Raises ``RuleError``."""
    require_open(keadaan)
    for jenis, size in ukuran.items():
        surat_actions.check_unggahan(_surat_tercetak(keadaan), jenis, ukuran=size, by=by)


def upload_berkas(
    keadaan: Keadaan, jenis: JenisBerkas, *, data: bytes, nama_file: str, bersih: Bersih, by: Pelaku
) -> None:
    """Step 4: one paper with its letter; ``bersih`` was made by ``berkas.actions.clean_upload`` before."""
    require_open(keadaan)
    surat_actions.unggah_berkas(
        _surat_tercetak(keadaan), jenis=jenis, data=data, nama_file=nama_file, bersih=bersih, by=by
    )
    db.session.flush()
    if keadaan.draf is not None:
        touch(keadaan.draf, load_keadaan(seen_by=by))


def _surat_tercetak(keadaan: Keadaan) -> SuratKuasa:
    if keadaan.draf is None or keadaan.surat is None:
        raise RuleError("Cetak surat kuasa lebih dulu, baru unggah berkasnya.", kode="belum_dicetak")
    return keadaan.surat


def save_tanda_tangan(keadaan: Keadaan, *, ditandatangani_pada: date, by: Pelaku) -> None:
    """Step 4: the date on the signed letter; M4 compares it again with the print when the sign-up is sent.

    Raises ``RuleError`` (``tanggal_tanda_tangan``, ``belum_dicetak``).
    """
    require_open(keadaan)
    if keadaan.draf is None or not keadaan.tercetak or keadaan.surat is None:
        raise RuleError("Cetak surat kuasa lebih dulu.", kode="belum_dicetak")
    printed = keadaan.surat.dicetak_pada
    earliest = to_local(printed).date() if printed else today()
    if not earliest <= ditandatangani_pada <= today():
        raise RuleError(
            f"Tanggal tanda tangan harus antara tanggal cetak, {format_tanggal(earliest)}, dan hari ini, "
            f"{format_tanggal(today())}.",
            "ditandatangani_pada",
            kode="tanggal_tanda_tangan",
        )
    isian = keadaan.isian
    isian.ditandatangani_pada = ditandatangani_pada
    store_isian(keadaan.draf, isian)
    touch(keadaan.draf, replace(keadaan, isian=isian))


def send_pendaftaran(keadaan: Keadaan, *, by: Pelaku) -> Pendaftaran:
    """P2 with M4: the letter counts as uploaded, the sign-up gets its number; all in one transaction.

    Raises ``RuleError``: ``belum_lengkap``, ``pekerja_tidak_layak``, and those of M4 (``unggah``).
    """
    draf = keadaan.draf
    if draf is None:
        raise RuleError("Tidak ada draf pendaftaran yang dapat dikirim.", kode="tanpa_draf")
    if keadaan.surat_lain is not None:
        raise RuleError(SUDAH_TERKIRIM, kode="surat_berjalan")
    missing = kekurangan(keadaan)
    if missing:
        raise RuleError(" ".join(kalimat for _, kalimat in missing), kode="belum_lengkap")
    _require_fit(keadaan, by)
    surat, signed = keadaan.surat, keadaan.isian.ditandatangani_pada
    assert surat is not None  # complete means that there is one  # noqa: S101
    if not keadaan.terkunci:
        assert signed is not None  # noqa: S101
        surat_actions.unggah(surat, ditandatangani_pada=signed, by=by)
    tahun = today().year
    nomor = f"TT-{tahun}-{next_number('pendaftaran', tahun):06d}"
    draf.surat_kuasa_id, draf.selesai = surat.id, count_done(keadaan)
    draf.nomor, draf.diajukan_pada, draf.diubah_pada = nomor, now(), now()
    advance(MACHINE, draf, "kirim", by=by)
    return draf


def _require_fit(keadaan: Keadaan, by: Pelaku) -> None:
    """A draft may lie for weeks: every worker is checked again on the day of sending."""
    for one in keadaan.pekerja:
        if one.status is not StatusAsuhan.DIUSULKAN:
            continue
        pekerja = one.pekerja
        answer = periksa_kelayakan(
            nik_text=reveal(pekerja, "nik"),
            tanggal_lahir=pekerja.tanggal_lahir,
            jenis_kelamin=pekerja.jenis_kelamin.value,
            debet_pertama=keadaan.debet_pertama,
            asn_id=by.asn_id,
            kecuali_asuhan=one.id,
        )
        if not answer.boleh or not (pekerja.status in DAPAT_DIASUH or dapat_dilanjutkan(pekerja)):
            raise RuleError(
                f"{pekerja.nama} tidak memenuhi syarat lagi. {answer.alasan or ''} "
                "Hapus pekerja ini dari pendaftaran.",
                kode="pekerja_tidak_layak",
            )


def cancel_pendaftaran(keadaan: Keadaan, *, by: Pelaku) -> None:
    """P3: the letter is cancelled (M22) and every worker is free at once (A15); no reason asked."""
    draf = keadaan.draf
    if draf is None:
        raise RuleError("Tidak ada draf pendaftaran yang dapat dibatalkan.", kode="tanpa_draf")
    if keadaan.terkunci:
        raise RuleError(
            "Surat kuasa Anda sudah dikirim. Batalkan suratnya di halaman surat kuasa.", kode="surat_terkirim"
        )
    if keadaan.surat is not None:
        surat_actions.batal(keadaan.surat, by=by)
    for one in (*keadaan.pekerja, *keadaan.ditahan):
        if one.status in (StatusAsuhan.DIUSULKAN, StatusAsuhan.DITAHAN):
            asuhan_actions.batal(one, by=by)
    draf.diubah_pada = now()
    seal(draf, "isi", None)
    advance(MACHINE, draf, "batal", by=by)
