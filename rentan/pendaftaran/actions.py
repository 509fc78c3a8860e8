"""Saving a sign-up step by step, sending it, giving it up. Every function takes the locked `Keadaan`."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date

from sqlalchemy.exc import IntegrityError

from rentan.asn.status import StatusAktif
from rentan.asuhan import actions as asuhan_actions
from rentan.asuhan.models import Asuhan
from rentan.asuhan.queries import periksa_kelayakan
from rentan.asuhan.status import StatusAsuhan
from rentan.berkas.sanitise import Bersih
from rentan.berkas.status import JenisBerkas
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, to_local, today
from rentan.core.errors import NotFound, RuleError
from rentan.core.numbering import next_number
from rentan.core.subject import reveal, seal
from rentan.core.workflow import advance, check_version
from rentan.ext import db
from rentan.pekerja.actions import DataPekerja, catat_pekerja
from rentan.pekerja.queries import lahir_sesudah
from rentan.pekerja.status import DAPAT_DIASUH, AsalPekerja
from rentan.pendaftaran.isian import LUAR_KOTA, load_isian, store_isian
from rentan.pendaftaran.langkah import count_done, kekurangan
from rentan.pendaftaran.models import Pendaftaran
from rentan.pendaftaran.queries import Keadaan, biaya_untuk, find_draf, load_keadaan, pilihan_bulan
from rentan.pendaftaran.status import MACHINE
from rentan.surat_kuasa import actions as surat_actions
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.queries import BULAN_KE_DEPAN
from rentan.surat_kuasa.status import StatusSurat
from rentan.tarif.queries import hari_debet
from rentan.util.nama import nama_inti
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import awal_bulan, format_tanggal
from rentan.wilayah.queries import find_kelurahan

SUDAH_TERKIRIM = (
    "Pendaftaran Anda sudah terkirim dan surat kuasanya sedang diproses. Perubahan dapat dibuat setelah surat itu "
    "selesai diperiksa."
)


def start_pendaftaran(keadaan: Keadaan, *, by: Pelaku) -> Pendaftaran:
    """P1: the open draft, made at the first saving. Two tabs at once get the same one (CON-1).

    Raises ``RuleError``: ``surat_berjalan`` (a sent letter is under way, M1), ``asn_tidak_aktif``.
    """
    require_open(keadaan)
    if keadaan.draf is not None:
        return keadaan.draf
    row = Pendaftaran(id=uuid.uuid4(), asn_id=keadaan.asn.id, selesai=0, dibuat_pada=now(), diubah_pada=now())
    if keadaan.surat is not None:
        row.surat_kuasa_id = keadaan.surat.id
    try:
        with db.session.begin_nested():
            advance(MACHINE, row, "mulai", by=by, baru=True)
    except IntegrityError:
        earlier = find_draf(keadaan.asn.id, lock=True)
        if earlier is None:
            raise
        return earlier
    return row


def require_open(keadaan: Keadaan) -> None:
    """Refuse whoever may not begin or change a sign-up now; codes as ``start_pendaftaran``, and ``surat_terkirim``."""
    if keadaan.surat_lain is not None:
        raise RuleError(SUDAH_TERKIRIM, kode="surat_berjalan")
    if keadaan.terkunci:
        raise RuleError(
            "Surat kuasa Anda sudah dikirim, jadi isinya tidak dapat diubah lagi. Periksa jawaban, lalu kirim "
            "pendaftaran.",
            kode="surat_terkirim",
        )
    if keadaan.asn.status_aktif is not StatusAktif.AKTIF:
        raise RuleError(
            "Hanya ASN yang tercatat aktif yang dapat mendaftar. Hubungi operator OPD bila catatan ini keliru.",
            kode="asn_tidak_aktif",
        )


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
    draf = _save(keadaan, "data_diri", versi, cetak_ulang, answers, by)
    asn = keadaan.asn
    before = (reveal(asn, "alamat"), reveal(asn, "hp"), asn.kelurahan_kode)
    home = None if kelurahan == LUAR_KOTA else kelurahan
    if before != (alamat, hp, home):
        seal(asn, "alamat", alamat)
        seal(asn, "hp", hp)
        asn.kelurahan_kode = home
        record(Peristiwa.ASN_DIUBAH, by=by, objek=asn, bagian="kontak")
    _settle(draf, by)


def add_pekerja(
    keadaan: Keadaan,
    data: DataPekerja,
    *,
    diberi_tahu_pada: date,
    alasan_peringatan: str | None,
    cetak_ulang: bool,
    by: Pelaku,
) -> Asuhan:
    """Step 2: a typed worker becomes a sponsorship at once (A4), so that nobody else can take him meanwhile.

    Raises ``RuleError`` with the codes of ``catat_pekerja``, ``usulkan``, ``start_pendaftaran``,
    ``perlu_cetak_ulang``.
    """
    draf = _change(keadaan, cetak_ulang, by)
    pekerja = catat_pekerja(
        data,
        asal=AsalPekerja.ASN,
        diberi_tahu_pada=diberi_tahu_pada,
        alasan_peringatan=alasan_peringatan,
        by=by,
    )
    row = _propose(keadaan, pekerja, by)
    _settle(draf, by)
    return row


def take_pekerja(keadaan: Keadaan, asuhan_id: uuid.UUID, *, cetak_ulang: bool, by: Pelaku) -> Asuhan:
    """Step 2: a worker held from the pool (or an accepted offer) comes into the sign-up (A4).

    Raises ``NotFound`` for a hold that is not (or no longer) the person's own, ``RuleError`` as ``add_pekerja``.
    """
    held = next((one for one in keadaan.ditahan if one.id == asuhan_id), None)
    if held is None:
        raise NotFound
    draf = _change(keadaan, cetak_ulang, by)
    row = _propose(keadaan, held.pekerja, by)
    _settle(draf, by)
    return row


def _propose(keadaan: Keadaan, pekerja, by: Pelaku) -> Asuhan:  # type: ignore[no-untyped-def]
    if pekerja.tanggal_lahir <= lahir_sesudah(keadaan.debet_pertama):
        raise RuleError(
            f"Pekerja ini melewati batas usia pada debet pertama, {format_tanggal(keadaan.debet_pertama)}. "
            "Pilih bulan pertama yang lebih awal atau pekerja lain dari daftar calon.",
            "tanggal_lahir",
            kode="terlalu_tua",
        )
    return asuhan_actions.usulkan(
        keadaan.asn,
        pekerja,
        program=keadaan.program,
        penghasilan=keadaan.penghasilan,
        periode=keadaan.periode,
        bulan_pertama=keadaan.bulan_pertama,
        by=by,
    )


def find_own(keadaan: Keadaan, asuhan_id: uuid.UUID) -> Asuhan:
    """A worker of this sign-up that may still be changed; raises ``NotFound`` for every other one."""
    for one in keadaan.pekerja:
        if one.id == asuhan_id and one.status is StatusAsuhan.DIUSULKAN:
            return one
    raise NotFound


def may_edit(asuhan: Asuhan, by: Pelaku) -> bool:
    """Only what the donor typed may be retyped; a worker from the pool belongs to whoever proposed him."""
    pekerja = asuhan.pekerja
    return pekerja.asal is AsalPekerja.ASN and pekerja.dicatat_oleh == by.akun_id


def edit_pekerja(
    keadaan: Keadaan,
    asuhan_id: uuid.UUID,
    data: DataPekerja,
    *,
    versi: int | None,
    cetak_ulang: bool,
    by: Pelaku,
) -> Asuhan:
    """Correct a typed worker's data; NIK, birth date and sex stay (another NIK is another person).

    Raises ``NotFound``, ``Stale``, ``RuleError`` (``bukan_ketikan_anda``, ``kelurahan``, ``perlu_cetak_ulang``).
    """
    row = find_own(keadaan, asuhan_id)
    pekerja = row.pekerja
    if not may_edit(row, by):
        raise RuleError(
            "Data pekerja ini berasal dari daftar calon. Bila keliru, sampaikan kepada petugas kecamatan.",
            kode="bukan_ketikan_anda",
        )
    if find_kelurahan(data.kelurahan_kode) is None:
        raise RuleError("Pilih kelurahan dari daftar.", "kelurahan", kode="kelurahan")
    check_version(pekerja, versi)
    draf = _change(keadaan, cetak_ulang, by)
    pekerja.nama, pekerja.nama_inti = data.nama, nama_inti(data.nama)
    pekerja.pekerjaan, pekerja.sektor, pekerja.lokasi_kerja = data.pekerjaan, data.sektor, data.lokasi_kerja
    pekerja.alamat, pekerja.kelurahan_kode = data.alamat, data.kelurahan_kode
    if reveal(pekerja, "hp") != data.hp:
        seal(pekerja, "hp", data.hp)
    record(Peristiwa.PEKERJA_DIUBAH, by=by, objek=pekerja)
    _settle(draf, by)
    return row


def remove_pekerja(
    keadaan: Keadaan, asuhan_id: uuid.UUID, *, versi: int | None, cetak_ulang: bool, by: Pelaku
) -> None:
    """Take a worker out of the sign-up (A15): free for others at once, no reason asked."""
    row = find_own(keadaan, asuhan_id)
    draf = _change(keadaan, cetak_ulang, by)
    # The letter lets go of the worker first: its list may only name open sponsorships.
    surat = load_keadaan(seen_by=by).surat
    if surat is not None:
        surat_actions.sinkronkan_pekerja(surat, [one for one in keadaan.pekerja if one.id != row.id], by=by)
    asuhan_actions.batal(row, by=by, versi=versi)
    _settle(draf, by)


def save_iuran(
    keadaan: Keadaan,
    *,
    program: str,
    penghasilan: int,
    periode: int,
    bulan_pertama: date,
    nomor_rekening: str,
    nama_rekening: str,
    plafon: int | None,
    versi: int | None,
    cetak_ulang: bool,
    by: Pelaku,
) -> None:
    """Step 3, for all workers alike; ``penghasilan`` and ``plafon`` in rupiah a month, no ``plafon``: as proposed.

    Raises ``RuleError``: ``bulan_pertama``, ``terlalu_tua`` (a worker is over age on that month's debit day),
    ``plafon_kurang``, ``perlu_cetak_ulang``, those of ``ubah_pilihan`` and ``start_pendaftaran``; ``Stale``.
    """
    bulan_pertama = awal_bulan(bulan_pertama)
    if bulan_pertama not in pilihan_bulan():
        raise RuleError("Pilih bulan pertama dari daftar.", "bulan_pertama", kode="bulan_pertama")
    _require_ages(keadaan, hari_debet(bulan_pertama))
    asuhan_actions.check_pilihan(program, penghasilan, periode, bulan_pertama)
    least = biaya_untuk(
        keadaan, program=program, penghasilan=penghasilan, periode=BULAN_KE_DEPAN, bulan_pertama=bulan_pertama
    ).puncak
    if plafon is not None and plafon < least:
        raise RuleError(
            f"Batas tertinggi paling sedikit {format_rupiah(least)} sebulan, yaitu iuran tertinggi pekerja Anda "
            f"dalam {BULAN_KE_DEPAN} bulan ke depan.",
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
    draf = _save(keadaan, "iuran", versi, cetak_ulang, answers, by)
    _apply_pilihan(replace(keadaan, isian=load_isian(draf)), by)
    _settle(draf, by)


def _require_ages(keadaan: Keadaan, debet: date) -> None:
    youngest = lahir_sesudah(debet)
    for one in keadaan.pekerja:
        if one.pekerja.tanggal_lahir <= youngest:
            raise RuleError(
                f"{one.pekerja.nama} melewati batas usia pada debet {format_tanggal(debet)}. Pilih bulan pertama "
                "yang lebih awal, atau ganti pekerjanya.",
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
    if keadaan.draf is None or keadaan.surat is None:
        raise RuleError("Lengkapi dulu data diri, pekerja, dan iuran.", kode="belum_lengkap")
    surat_actions.cetak(keadaan.surat, by=by)
    _touch(keadaan.draf, load_keadaan(seen_by=by))


def check_unggahan(keadaan: Keadaan, ukuran: dict[JenisBerkas, int], *, by: Pelaku) -> None:
    """What can be refused before an upload is opened; sizes in bytes. Raises ``RuleError`` at the paper's field."""
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
        _touch(keadaan.draf, load_keadaan(seen_by=by))


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
    _touch(keadaan.draf, replace(keadaan, isian=isian))


def send_pendaftaran(keadaan: Keadaan, *, by: Pelaku) -> Pendaftaran:
    """P2 with M4: the letter counts as uploaded, the sign-up gets its number; all in one transaction.

    Raises ``RuleError``: ``belum_lengkap``, ``pekerja_tidak_layak``, and those of ``surat_kuasa.actions.unggah``.
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
    surat = keadaan.surat
    assert surat is not None  # noqa: S101 (complete means that there is one)
    if not keadaan.terkunci:
        surat_actions.unggah(surat, ditandatangani_pada=keadaan.isian.ditandatangani_pada, by=by)
    tahun = today().year
    nomor = f"TT-{tahun}-{next_number('pendaftaran', tahun):06d}"
    draf.surat_kuasa_id, draf.selesai = surat.id, count_done(keadaan)
    draf.nomor, draf.diajukan_pada, draf.diubah_pada = nomor, now(), now()
    advance(MACHINE, draf, "kirim", by=by)
    return draf


def _require_fit(keadaan: Keadaan, by: Pelaku) -> None:
    """A draft may lie for weeks: every worker is checked again against age and lists on the day of sending."""
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
        if not answer.boleh or pekerja.status not in DAPAT_DIASUH:
            raise RuleError(
                f"{pekerja.nama} tidak memenuhi syarat lagi. {answer.alasan or ''} Hapus pekerja ini dari pendaftaran.",
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


# -- what every saving has in common ---------------------------------------------------------------------------


def _change(keadaan: Keadaan, cetak_ulang: bool, by: Pelaku) -> Pendaftaran:
    """The draft, ready for a change: a printed letter becomes void (M3), which the donor says before with a tick."""
    draf = start_pendaftaran(keadaan, by=by)
    surat = keadaan.surat
    if surat is None or not keadaan.tercetak:
        return draf
    if not cetak_ulang:
        raise RuleError(
            "Surat kuasa sudah dicetak. Centang bahwa surat itu akan diganti dan dicetak ulang.",
            "cetak_ulang",
            kode="perlu_cetak_ulang",
        )
    draf.surat_kuasa_id = surat_actions.ubah(surat, by=by).id
    isian = load_isian(draf)
    isian.ditandatangani_pada = None
    store_isian(draf, isian)
    return draf


def _save(
    keadaan: Keadaan,
    langkah: str,
    versi: int | None,
    cetak_ulang: bool,
    answers: dict[str, object],
    by: Pelaku,
) -> Pendaftaran:
    """Store one step's answers; unchanged answers leave a printed letter as it is."""
    if any(getattr(keadaan.isian, name) != value for name, value in answers.items()):
        draf = _change(keadaan, cetak_ulang, by)
    else:
        draf = start_pendaftaran(keadaan, by=by)
    isian = load_isian(draf)
    isian.save_langkah(langkah, versi, **answers)
    store_isian(draf, isian)
    return draf


def _settle(draf: Pendaftaran, by: Pelaku) -> None:
    """After a saving: the letter's draft says what answers and workers say, and the progress is counted."""
    db.session.flush()
    keadaan = load_keadaan(seen_by=by)
    isian, surat = keadaan.isian, keadaan.surat
    if surat is None and isian.nomor_rekening is not None and keadaan.pekerja:
        surat = surat_actions.buat(keadaan.asn, by=by)
    if surat is not None and surat.status is StatusSurat.DRAF:
        draf.surat_kuasa_id = surat.id
        surat_actions.sinkronkan_pekerja(surat, list(keadaan.pekerja), by=by)
        if isian.nomor_rekening is not None and keadaan.pekerja:
            surat_actions.isi_draf(
                surat,
                rekening=isian.nomor_rekening,
                nama_rekening=isian.nama_rekening,
                plafon=keadaan.plafon,
                bulan_pertama=isian.bulan_pertama,
                alamat=isian.alamat,
                telepon=isian.hp,
                by=by,
            )
    db.session.flush()
    _touch(draf, load_keadaan(seen_by=by))


def _touch(draf: Pendaftaran, keadaan: Keadaan) -> None:
    draf.selesai, draf.diubah_pada = count_done(keadaan), now()
