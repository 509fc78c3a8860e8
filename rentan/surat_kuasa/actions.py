"""The letter's road until it is sent (states.md §1: M1-M4, M22) and its papers."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError

from rentan.asn.hitungan import naik
from rentan.asn.models import Asn
from rentan.asn.status import Tahap
from rentan.asuhan.garis import dapat_dilanjutkan
from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import terima
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, StatusAsuhan
from rentan.berkas import actions as berkas_actions
from rentan.berkas.models import Berkas
from rentan.berkas.sanitise import Bersih
from rentan.berkas.status import WAJIB_UNGGAH, JenisBerkas
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.cetak import Kertas, render_dokumen
from rentan.core.clock import now, today
from rentan.core.errors import RuleError
from rentan.core.numbering import next_number
from rentan.core.subject import reveal, seal
from rentan.core.workflow import advance, check_move, check_version
from rentan.ext import db, runtime
from rentan.surat_kuasa.asli import catat_asli, check_reach
from rentan.surat_kuasa.dokumen import freeze, susun_dokumen
from rentan.surat_kuasa.kait import SETELAH_BATAL
from rentan.surat_kuasa.kode import check_halaman
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.nomor import format_nomor, make_ref
from rentan.surat_kuasa.queries import (
    facts_buat,
    facts_for,
    harga_tertinggi,
    isi_draf_of,
    next_versi,
)
from rentan.surat_kuasa.status import (
    MACHINE,
    MASIH_BERJALAN,
    AsliDi,
    StatusSurat,
)
from rentan.surat_kuasa.tahap import turunkan_tahap
from rentan.tarif.queries import bulan_pertama as bulan_tersedia
from rentan.util.galat import TidakSah
from rentan.util.rekening import parse_rekening
from rentan.util.tanggal import awal_bulan


def buat(asn: Asn, *, by: Pelaku, dibantu: bool = False, alasan_penggantian: str | None = None) -> SuratKuasa:
    """M1: a draft, version = last + 1. Raises ``RuleError`` (another version is under way, no worker, …)."""
    surat = SuratKuasa(
        id=uuid.uuid4(),
        asn_id=asn.id,
        asn=asn,
        ref=make_ref(),
        urutan_versi=next_versi(asn.id),
        asli_di=AsliDi.NONE,
        dibantu=dibantu or by.asn_id != asn.id,
        dibuat_pada=now(),
    )
    facts = facts_buat(asn.id, alasan_penggantian)
    _insert(surat, "buat", by=by, alasan=alasan_penggantian, **facts)
    return surat


def isi_draf(
    surat: SuratKuasa,
    *,
    by: Pelaku,
    rekening: str | None = None,
    nama_rekening: str | None = None,
    plafon: int | None = None,
    bulan_pertama: date | None = None,
    alamat: str | None = None,
    telepon: str | None = None,
    versi: int | None = None,
) -> None:
    """Write fields of a draft; ``None`` leaves a field as it is. ``plafon``: whole rupiah a month in all.

    ``telepon`` is E.164, ``bulan_pertama`` any day of the month. Raises ``RuleError`` with the field's name.
    """
    _check_draf(surat, by, versi)
    if rekening is not None:
        digits = _account(rekening)
        seal(surat, "rekening", digits)
        surat.rekening_bi = runtime().keyring.blind_index("rekening", digits)
    if nama_rekening is not None:
        surat.nama_rekening = nama_rekening
    if plafon is not None:
        if plafon <= 0:
            raise RuleError("Batas iuran harus lebih dari nol rupiah.", "plafon", kode="plafon")
        surat.plafon = plafon
    contact = {"alamat": alamat, "telepon": telepon}
    if any(value is not None for value in contact.values()):
        isi = isi_draf_of(surat) | {key: value for key, value in contact.items() if value is not None}
        seal(surat, "isi", json.dumps(isi, ensure_ascii=False))
    if bulan_pertama is not None:
        surat.bulan_pertama = awal_bulan(bulan_pertama)
        for satu in surat.daftar:
            satu.harga_tertinggi = harga_tertinggi(satu.asuhan, surat.bulan_pertama)
    db.session.flush()


def sinkronkan_pekerja(
    surat: SuratKuasa, asuhan_list: Sequence[Asuhan], *, by: Pelaku, versi: int | None = None
) -> None:
    """Name exactly these workers in a draft, in this order; ``RuleError`` for one that is not sponsored."""
    _check_draf(surat, by, versi)
    mulai = surat.bulan_pertama or bulan_tersedia(today())
    for asuhan in asuhan_list:
        if asuhan.asn_id != surat.asn_id or asuhan.status not in DIUSULKAN_KE_ATAS:
            raise RuleError(
                "Hanya pekerja yang sedang Anda asuh yang dapat dicantumkan. Periksa daftar pekerja.",
                kode="pekerja_bukan_asuhan",
            )
    listed = {one.asuhan_id: one for one in surat.daftar}
    wanted = {asuhan.id: asuhan for asuhan in asuhan_list}
    for asuhan_id, satu in listed.items():
        if asuhan_id not in wanted:
            surat.daftar.remove(satu)
    for urutan, asuhan in enumerate(wanted.values(), 1):
        tertinggi = harga_tertinggi(asuhan, mulai)
        if known := listed.get(asuhan.id):
            known.urutan, known.harga_tertinggi = urutan, tertinggi
        else:
            surat.daftar.append(SuratPekerja(asuhan=asuhan, urutan=urutan, harga_tertinggi=tertinggi))
    db.session.flush()
    db.session.expire(surat, ["daftar"])  # to be read again in its new order


def cetak(surat: SuratKuasa, *, by: Pelaku, kertas: Kertas = "a4", versi: int | None = None) -> Berkas:
    """M2: number, print and freeze the letter: its bytes never change afterwards. Raises ``RuleError``."""
    facts = _check_move(surat, "cetak", by, versi)
    surat.dicetak_pada = now()
    surat.nomor = surat.nomor or _new_nomor()
    for satu in surat.daftar:  # prices as they are known on the day of printing
        satu.harga_tertinggi = harga_tertinggi(satu.asuhan, surat.bulan_pertama or today())
    dokumen = susun_dokumen(surat)
    cetakan = render_dokumen(dokumen, waktu=surat.dicetak_pada, kertas=kertas)
    surat.halaman, surat.sha256 = cetakan.halaman, cetakan.sha256
    seal(surat, "isi", freeze(dokumen))
    berkas = berkas_actions.simpan_cetakan(
        cetakan.pdf, halaman=cetakan.halaman, asn=surat.asn, surat_kuasa_id=surat.id, by=by
    )
    advance(MACHINE, surat, "cetak", by=by, dokumen=[berkas.id], **facts)
    record(Peristiwa.SURAT_DICETAK, by=by, objek=surat, versi=surat.urutan_versi, sha256=surat.sha256)
    return berkas


def ubah(surat: SuratKuasa, *, by: Pelaku, versi: int | None = None) -> SuratKuasa:
    """M3: void this print and begin the next version with the same contents; KTP and bank book come along.

    Raises ``RuleError`` when the paper has been handed in already.
    """
    advance(MACHINE, surat, "ubah", by=by, versi=versi, alasan="versi_baru")
    bawa = (JenisBerkas.KTP, JenisBerkas.BUKU_REKENING)
    return _next_version(surat, "ubah", by=by, bawa=bawa, dibantu=by.asn_id != surat.asn_id)


def renew_after_bank(
    surat: SuratKuasa, *, alasan: str, catatan: str | None = None, by: Pelaku, versi: int | None = None
) -> SuratKuasa:
    """M15, class "data": the bank refused what is written; this version ends, the next one is a draft.

    The KTP comes along, the bank book does not: it is asked for anew, with the account.
    """
    advance(MACHINE, surat, "perbaiki_data", by=by, versi=versi, alasan=alasan, catatan=catatan)
    baru = _next_version(
        surat, "perbaiki_data", by=by, bawa=(JenisBerkas.KTP,), dibantu=surat.dibantu, catatan=catatan
    )
    turunkan_tahap(surat.asn)
    return baru


def _next_version(
    surat: SuratKuasa,
    peristiwa: str,
    *,
    by: Pelaku,
    bawa: Sequence[JenisBerkas],
    dibantu: bool,
    catatan: str | None = None,
) -> SuratKuasa:
    """A draft with the same contents and workers, and papers of these kinds; ``catatan``: what to mend."""
    baru = SuratKuasa(
        id=uuid.uuid4(),
        asn_id=surat.asn_id,
        asn=surat.asn,
        nomor=surat.nomor,
        ref=make_ref(),
        urutan_versi=next_versi(surat.asn_id),
        asli_di=AsliDi.NONE,
        dibantu=dibantu,
        plafon=surat.plafon,
        rekening_bi=surat.rekening_bi,
        nama_rekening=surat.nama_rekening,
        bulan_pertama=surat.bulan_pertama,
        dibuat_pada=now(),
    )
    # Ciphertexts are bound to their row, so the secrets are sealed anew.
    seal(baru, "rekening", reveal(surat, "rekening"))
    isi = isi_draf_of(surat)
    seal(baru, "isi", json.dumps({"alamat": isi["alamat"], "telepon": isi["telepon"]}, ensure_ascii=False))
    _insert(baru, peristiwa, by=by, catatan=catatan)
    for satu in surat.daftar:
        baru.daftar.append(
            SuratPekerja(asuhan=satu.asuhan, urutan=satu.urutan, harga_tertinggi=satu.harga_tertinggi)
        )
    berkas_actions.gugurkan_berkas(surat.id, JenisBerkas.SURAT_KUASA)
    for jenis in bawa:
        berkas_actions.bawa_berkas(surat.id, baru.id, jenis)
    db.session.flush()
    return baru


def check_unggahan(
    surat: SuratKuasa,
    jenis: JenisBerkas,
    *,
    ukuran: int,
    by: Pelaku,
    diminta: Collection[JenisBerkas] = (),
) -> None:
    """Everything that can be refused before the file is opened: whose letter, its state, the day's quota.

    ``diminta``: the papers that an open request for repair asks for; the others of that letter stay.
    """
    check_reach(surat, by)
    if jenis not in WAJIB_UNGGAH:
        raise RuleError("Jenis berkas ini tidak dikenal. Muat ulang halaman.", kode="berkas_jenis")
    allowed = [StatusSurat.DICETAK]
    if jenis is not JenisBerkas.SURAT_KUASA:
        allowed.append(StatusSurat.DRAF)  # KTP and bank book do not depend on the letter's text
    if jenis in diminta:
        allowed.append(StatusSurat.PERLU_PERBAIKAN)
    if surat.status not in allowed:
        raise RuleError(
            f"Surat kuasa ini berstatus “{surat.status.label}”, sehingga {jenis.label} tidak dapat diunggah.",
            jenis.value,
            kode="status_tidak_cocok",
        )
    with berkas_actions.at_field(jenis):
        berkas_actions.check_kuota(ukuran, by=by)


def unggah_berkas(
    surat: SuratKuasa,
    *,
    jenis: JenisBerkas,
    data: bytes,
    nama_file: str,
    by: Pelaku,
    bersih: Bersih | None = None,
    diminta: Collection[JenisBerkas] = (),
) -> Berkas:
    """Keep one of the three papers with its letter; a newer one of the same kind takes the older one's place.

    ``bersih``: what ``berkas.actions.clean_upload`` made of ``data`` before this transaction began. A signed
    letter whose QR codes name another letter or an older version is refused; codes that nobody can read
    (phone photos) are left to the verifikator, ``Berkas.halaman_dikenal`` tells. ``diminta`` as in
    ``check_unggahan``. Raises ``RuleError``.
    """
    check_unggahan(surat, jenis, ukuran=len(data), by=by, diminta=diminta)
    bersih = bersih or berkas_actions.clean_upload(data, nama_file, jenis, by=by)
    known = None
    if jenis is JenisBerkas.SURAT_KUASA:
        try:
            known = check_halaman(surat, bersih.kode)
        except RuleError as refused:
            record(Peristiwa.BERKAS_DITOLAK, by=by, objek=surat, hasil="ditolak", sebab=refused.kode)
            raise
    return berkas_actions.simpan_unggahan(
        jenis=jenis,
        data=data,
        nama_file=nama_file,
        asn=surat.asn,
        surat_kuasa_id=surat.id,
        by=by,
        bersih=bersih,
        halaman_dikenal=known,
    )


def unggah(surat: SuratKuasa, *, ditandatangani_pada: date, by: Pelaku, versi: int | None = None) -> None:
    """M4: hand the signed letter and the papers in; the queue's clock starts and the ASN has joined.

    Raises ``RuleError`` when a paper is missing or the date of signature is impossible.
    """
    facts = _check_move(surat, "unggah", by, versi, ditandatangani_pada=ditandatangani_pada)
    surat.ditandatangani_pada, surat.diunggah_pada = ditandatangani_pada, now()
    papers = [one.id for jenis, one in facts["berkas"].items() if jenis in WAJIB_UNGGAH]
    advance(MACHINE, surat, "unggah", by=by, dokumen=papers, **facts)
    if surat.asli_di is AsliDi.NONE:
        own = by.asn_id == surat.asn_id
        catat_asli(surat, AsliDi.ASN if own else AsliDi.OPD, by=by)
    for satu in sorted(surat.daftar, key=lambda one: one.asuhan_id):
        # A5: BPJS has accepted this worker long ago; there is nothing for a verifikator to judge.
        if satu.asuhan.status is StatusAsuhan.DIUSULKAN and dapat_dilanjutkan(satu.asuhan.pekerja):
            terima(satu.asuhan, by=SISTEM)
    naik(surat.asn, Tahap.DIAJUKAN, pada=today())


def batal(
    surat: SuratKuasa,
    *,
    by: Pelaku,
    alasan: str | None = None,
    catatan: str | None = None,
    versi: int | None = None,
) -> None:
    """M22: cancel a letter that has not gone to the bank. The ASN owes no reason, a verifikator gives one.

    The ASN steps down from the rungs on which no other letter keeps them; ``kait.SETELAH_BATAL`` follows.
    """
    own = by.asn_id == surat.asn_id
    if not own and not alasan:
        raise RuleError("Pilih alasan pembatalan.", "alasan", kode="tanpa_alasan")
    advance(MACHINE, surat, "batal", by=by, versi=versi, alasan=alasan, catatan=catatan)
    turunkan_tahap(surat.asn)
    for ikut in SETELAH_BATAL:
        ikut(surat, by)


def akhiri_basi(surat: SuratKuasa, *, hari_terbuka: int, pengingat: int) -> None:
    """M23: nobody repaired it in time. The ASN has not joined any more and may start anew at once.

    ``pengingat``: how many reminders were sent. Raises ``RuleError`` while it is too early.
    """
    facts: dict[str, Any] = {"hari_terbuka": hari_terbuka, "pengingat": pengingat}
    advance(MACHINE, surat, "basi", by=SISTEM, alasan="perbaikan_basi", **facts)
    turunkan_tahap(surat.asn)


# -- within -------------------------------------------------------------------------------------------------


def _check_draf(surat: SuratKuasa, by: Pelaku, versi: int | None) -> None:
    check_reach(surat, by)
    check_version(surat, versi)
    if surat.status is not StatusSurat.DRAF:
        raise RuleError(
            "Surat ini sudah dicetak, sehingga isinya tidak dapat diubah lagi. Pilih “Ubah isi surat” untuk "
            "membuat versi baru.",
            kode="sudah_dicetak",
        )


def _check_move(
    surat: SuratKuasa, peristiwa: str, by: Pelaku, versi: int | None, **typed: Any
) -> dict[str, Any]:
    """The facts of a move that may be made; refused moves are refused before anything is changed."""
    facts = facts_for(surat) | typed
    check_move(MACHINE, surat, peristiwa, by=by, versi=versi, **facts)
    return facts


def _insert(surat: SuratKuasa, peristiwa: str, *, by: Pelaku, **facts: Any) -> None:
    """The creating move; of two at once the database lets one through (CON-1)."""
    try:
        with db.session.begin_nested():
            advance(MACHINE, surat, peristiwa, by=by, baru=True, **facts)
    except IntegrityError:
        raise RuleError(MASIH_BERJALAN, kode="penjaga_m1") from None


def _account(text: str) -> str:
    try:
        return parse_rekening(text, runtime().profil.bank.panjang_rekening)[0]
    except TidakSah as refused:
        raise RuleError(refused.pesan, "nomor_rekening", kode=refused.kode) from None


def _new_nomor() -> str:
    hari = today()
    return format_nomor(next_number("surat_kuasa", hari.year), hari)
