"""The pages around every list from outside: upload, progress, preview, confirmation, refused rows as XLSX."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, redirect, url_for
from flask_login import current_user
from wtforms import BooleanField, HiddenField

from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import Stale
from rentan.core.imports import (
    Impor,
    PenanganImpor,
    StatusImpor,
    apply_impor,
    cancel_impor,
    confirmation_token,
    get_impor,
    impor_kemajuan,
    is_panjang,
    list_impor,
    receive_impor,
    recheck_impor,
    start_apply,
)
from rentan.core.permissions import Permission
from rentan.core.sheets_write import write_refused
from rentan.ext import runtime
from rentan.util.angka import format_angka
from rentan.util.tanggal import format_waktu
from rentan.web.access import fresh, pelaku, polling, requires
from rentan.web.forms import BaseForm, BerkasField, Wajib
from rentan.web.page import is_partial, render_page
from rentan.web.security import IMPORT_BYTES, body_limit
from rentan.web.transaction import answered_before, finish
from rentan.web.unduhan import MIME_XLSX, kirim_berkas

MIB = 1024 * 1024


def _maks_mib() -> int:
    return int(runtime().profil.batas.ukuran_impor // MIB)


class FormUnggah(BaseForm):
    """A list to upload. A room that asks for more derives from this and answers ``pilihan``."""

    berkas = BerkasField("Berkas daftar", [Wajib()], jenis=("xlsx", "csv"), maks_mib=_maks_mib)

    def pilihan(self) -> dict[str, Any]:
        """The words chosen beside the file, as JSON values, for the handler's ``check``."""
        return {}


class FormJawaban(FormUnggah):
    """An answer that may say the same as an earlier one."""

    ulang = BooleanField(
        "Berkas ini jawaban baru, walaupun ada penolakan yang bunyinya sama dengan yang terdahulu"
    )

    def pilihan(self) -> dict[str, Any]:
        return {"ulang": bool(self.ulang.data)}


class FormTerapkan(BaseForm):
    """A preview's confirmation: its token, all rows or the good ones, and a separate agreement if asked."""

    token = HiddenField()
    cara = HiddenField()
    setuju = BooleanField("Ya, saya sudah memeriksanya dan tetap menerapkan daftar ini")


@dataclass(frozen=True)
class HalamanImpor:
    """What a room says about its import pages.

    ``alamat``: where they live (``/asn/impor``); ``asal``: endpoint of the page one came from, ``tujuan``:
    what it is called in "Buka …"; ``pengantar``: one sentence above the upload; ``kolom``: finished text on
    the expected columns; ``sebelum`` and ``sesudah``: templates shown above and below the preview's numbers;
    ``konteks``: their variables, and ``sembunyikan``: labels of ``rincian`` that they show themselves.
    ``segar``: a fresh password before the upload and before it is applied (AUT-7: results of the bank).
    """

    penangan: PenanganImpor
    izin: Permission
    alamat: str
    asal: str
    pengantar: str
    kolom: str
    tujuan: str = "daftarnya"
    formulir: type[FormUnggah] = FormUnggah
    sebelum: str | None = None
    sesudah: str | None = None
    konteks: Callable[[Impor], dict[str, Any]] = field(default=lambda impor: {})
    segar: bool = False


def add_import_routes(bp: Blueprint, halaman: HalamanImpor) -> None:
    """Give the room's blueprint ``impor impor_lihat impor_kemajuan impor_terapkan impor_ulang impor_batal
    impor_ditolak``."""
    one, guard = f"{halaman.alamat}/<uuid:impor_id>", requires(halaman.izin)
    pages = _Pages(bp.name, halaman)
    for rule, name, view, methods in (
        (halaman.alamat, "impor", body_limit(IMPORT_BYTES)(_plain(pages.upload)), ["GET", "POST"]),
        (one, "impor_lihat", _plain(pages.look), ["GET"]),
        (f"{one}/kemajuan", "impor_kemajuan", polling(_plain(pages.progress)), ["GET"]),
        (f"{one}/terapkan", "impor_terapkan", _plain(pages.apply), ["POST"]),
        (f"{one}/ulang", "impor_ulang", _plain(pages.again), ["POST"]),
        (f"{one}/batal", "impor_batal", _plain(pages.cancel), ["POST"]),
        (f"{one}/ditolak.xlsx", "impor_ditolak", _plain(pages.refused), ["GET"]),
    ):
        if halaman.segar and name in ("impor", "impor_terapkan"):
            view = fresh(view)
        bp.add_url_rule(rule, name, guard(view), methods=methods)


def _plain(method: Callable[..., Any]) -> Callable[..., Any]:
    """A function of its own per route: methods cannot carry the marks of ``@requires``."""

    def view(**kwargs: Any) -> Any:
        return method(**kwargs)

    return view


class _Pages:
    """The views of one kind of list."""

    def __init__(self, ruang: str, halaman: HalamanImpor) -> None:
        self.ruang, self.halaman = ruang, halaman

    def url(self, name: str, impor: Impor | None = None) -> str:
        return url_for(f"{self.ruang}.{name}", impor_id=impor.id if impor else None)

    def get(self, impor_id: uuid.UUID) -> Impor:
        return get_impor(impor_id, jenis=self.halaman.penangan.jenis, seen_by=pelaku())

    def upload(self) -> Response:
        form = self.halaman.formulir()
        if form.is_submitted() and (answer := answered_before()):
            return answer
        if form.accepts():
            with form.rules():
                impor = receive_impor(
                    self.halaman.penangan.jenis,
                    form.berkas.data.read(),
                    form.berkas.data.filename,
                    form.pilihan(),
                    pelaku(),
                )
                return finish(self.url("impor_lihat", impor))
        return render_page(
            "impor/unggah.html",
            "unggah",
            form=form,
            halaman=self.halaman,
            url_asal=url_for(self.halaman.asal),
            riwayat=[
                (one, self.url("impor_lihat", one))
                for one in list_impor(self.halaman.penangan.jenis, seen_by=pelaku())
            ],
        )

    def look(self, impor_id: uuid.UUID) -> Response:
        return self.show(self.get(impor_id))

    def progress(self, impor_id: uuid.UUID) -> Any:
        impor = self.get(impor_id)
        return self.show(impor) if is_partial() else redirect(self.url("impor_lihat", impor), 303)

    def show(self, impor: Impor, form: FormTerapkan | None = None) -> Response:
        if impor.status is StatusImpor.SIAP:
            form = form or FormTerapkan(formdata=None)
            form.token.data = confirmation_token(impor, by=pelaku())
            form.cara.data = "baik" if impor.ditolak else "semua"
        return render_page(
            "impor/lihat.html",
            "isi",
            status=form.status if form else 200,
            impor=impor,
            persen=impor_kemajuan(impor),
            hasil=impor.ringkasan,
            form=form,
            halaman=self.halaman,
            url=lambda name: self.url(name, impor),
            url_baru=self.url("impor"),
            url_asal=url_for(self.halaman.asal),
            habis=now() >= impor.kedaluwarsa_pada,
            Status=StatusImpor,
            **({"sembunyikan": ()} | self.halaman.konteks(impor)),
        )

    def apply(self, impor_id: uuid.UUID) -> Response:
        if answer := answered_before():
            return answer
        form, address = FormTerapkan(), self.url("impor_lihat", self.get(impor_id))
        if form.accepts():
            with form.rules():
                return finish(address, self.run(self.get(impor_id), form))
        impor = self.get(impor_id)
        if form.status == Stale.status and impor.status is StatusImpor.SIAP:
            recheck_impor(impor, by=pelaku())
            return finish(
                address, "Data kota berubah sejak pratinjau dibuat. Periksa pratinjau yang baru ini."
            )
        return self.show(impor, form)

    def run(self, impor: Impor, form: FormTerapkan) -> str | None:
        """Apply it, or let the queue do it when it is long; answers what was done."""
        token, baik, setuju = form.token.data or "", form.cara.data == "baik", bool(form.setuju.data)
        if is_panjang(impor):
            start_apply(impor, token, baik, pelaku(), izin=self.halaman.izin, setuju=setuju)
            return None
        hasil = apply_impor(impor, token, baik, pelaku(), setuju=setuju)
        return f"{self.halaman.penangan.judul}: {format_angka(len(hasil.good))} baris diterapkan."

    def again(self, impor_id: uuid.UUID) -> Response:
        impor = self.get(impor_id)
        recheck_impor(impor, by=pelaku())
        return finish(self.url("impor_lihat", impor))

    def cancel(self, impor_id: uuid.UUID) -> Response:
        cancel_impor(self.get(impor_id), by=pelaku())
        return finish(
            self.url("impor"), "Impor dibatalkan dan berkasnya dihapus. Tidak ada data yang berubah."
        )

    def refused(self, impor_id: uuid.UUID) -> Response:
        impor, by = self.get(impor_id), pelaku()
        rows = [(one["sheet"], one["row"], one["code"], one["message"]) for one in impor.ditolak]
        record(
            Peristiwa.EKSPOR,
            by=by,
            objek=impor,
            daftar=f"impor-{impor.jenis}-ditolak",
            jumlah=len(rows),
            saringan={},
        )
        kaki = f"{self.halaman.penangan.judul}, diunduh oleh {current_user.nama} pada {format_waktu(now())}"
        isi = write_refused(rows, kaki)
        return kirim_berkas(isi, MIME_XLSX, "baris-ditolak.xlsx", lampiran=True)
