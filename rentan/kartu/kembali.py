"""A worker who was not found: the card goes back, the address is asked, the card is sent again (K8-K10)."""

from __future__ import annotations

import json
import uuid

from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import Forbidden, RuleError
from rentan.core.subject import seal
from rentan.core.workflow import check_version
from rentan.ext import db
from rentan.kartu.acara import note_absent
from rentan.kartu.actions import hold_kartu
from rentan.kartu.gerak import gerak
from rentan.kartu.models import Kartu
from rentan.kartu.queries import asks_alamat, find_undangan_menunggu
from rentan.kartu.status import StatusKartu
from rentan.kartu.tawaran import facts_for
from rentan.pekerja.models import Pekerja, PerubahanPekerja
from rentan.wilayah.queries import find_kelurahan


def note_absent_kartu(kartu: Kartu, *, alasan: str, by: Pelaku, versi: int | None = None) -> None:
    """K8 from the card's own page: on the list of the hand-over day on which it stands.

    Raises ``RuleError`` ``tanpa_undangan`` for a card on no open list.
    """
    hold_kartu(kartu)
    check_version(kartu, versi)
    undangan = find_undangan_menunggu(kartu)
    if undangan is None:
        raise RuleError("Kartu ini tidak sedang dijadwalkan pada suatu acara.", kode="tanpa_undangan")
    note_absent(undangan, alasan=alasan, by=by)


def return_kartu(kartu: Kartu, *, by: Pelaku, versi: int | None = None) -> None:
    """K9: back to the BPJS liaison; donor and operator are asked where the worker lives."""
    hold_kartu(kartu)
    check_version(kartu, versi)
    kartu.alamat_dijawab_pada = None
    gerak(kartu, "kembalikan", by=by, **facts_for(kartu, by))


def answer_alamat(
    kartu: Kartu, *, alamat: str, kelurahan_kode: str, by: Pelaku, versi: int | None = None
) -> None:
    """Donor or operator says where the worker lives now; the card will go to that kecamatan.

    The same address once more is an answer too. Raises ``RuleError`` when nobody asked (``tidak_ditanya``) or
    the kelurahan is unknown; ``Forbidden`` for anybody else.
    """
    hold_kartu(kartu)
    check_version(kartu, versi)
    if kartu.status is not StatusKartu.DIKEMBALIKAN:
        raise RuleError("Alamat kartu ini tidak sedang ditanyakan.", kode="tidak_ditanya")
    if not asks_alamat(kartu, by):
        raise Forbidden
    kelurahan = find_kelurahan(kelurahan_kode)
    if kelurahan is None:
        raise RuleError("Pilih kelurahan dari daftar.", "kelurahan", kode="kelurahan")
    _write_alamat(kartu.pekerja, alamat, kelurahan_kode, by)
    kartu.kecamatan_kode = kelurahan.kecamatan_kode
    kartu.alamat_dijawab_pada = now()
    db.session.flush()


def _write_alamat(pekerja: Pekerja, alamat: str, kelurahan_kode: str, by: Pelaku) -> None:
    """The new address, with the earlier one kept sealed like every other correction."""
    fresh = {"alamat": alamat, "kelurahan_kode": kelurahan_kode}
    before = {one: getattr(pekerja, one) for one in fresh if getattr(pekerja, one) != fresh[one]}
    if before:
        row = PerubahanPekerja(
            id=uuid.uuid4(), pekerja_id=pekerja.id, kolom=list(before), oleh=by.akun_id, pada=now()
        )
        seal(row, "sebelum", json.dumps(before, ensure_ascii=False))
        db.session.add(row)
        pekerja.alamat, pekerja.kelurahan_kode = alamat, kelurahan_kode
        pekerja.data_diubah_pada = now()
    record(Peristiwa.PEKERJA_DIUBAH, by=by, objek=pekerja, kolom=sorted(before))


def resend_kartu(kartu: Kartu, *, catatan: str = "", by: Pelaku, versi: int | None = None) -> None:
    """K10: singly to the kecamatan of the address that was given; tries count from the start.

    Without an answer the liaison says how the address was made sure of: else ``RuleError`` ``alamat_belum``.
    """
    hold_kartu(kartu)
    check_version(kartu, versi)
    if kartu.status is StatusKartu.DIKEMBALIKAN and kartu.alamat_dijawab_pada is None and not catatan.strip():
        raise RuleError(
            "Alamat belum dijawab donatur atau operator. Tunggu jawabannya, atau tuliskan bagaimana alamat "
            "ini dipastikan.",
            "catatan",
            kode="alamat_belum",
        )
    gerak(kartu, "kirim_ulang", by=by, catatan=catatan.strip() or None)
    kartu.paket_id, kartu.percobaan, kartu.diterima_pada = None, 0, None
    db.session.flush()
