"""Reports as files, and the checks of everything that must always hold."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from rentan.core.actor import SISTEM
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import NotFound
from rentan.ext import db, runtime
from rentan.laporan import ekspor, queries
from rentan.laporan.daftar import Daftar, Saringan, list_baris_unit, list_semua
from rentan.laporan.periksa import run_checks
from rentan.opd.models import Opd

laporan = AppGroup("laporan", help="Participation reports.")
OLEH = "perintah di server"


class Bulan(click.ParamType):
    """``YYYY-MM``, not in the future."""

    name = "YYYY-MM"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return queries.parse_bulan(str(value))
        except NotFound as refused:
            self.fail(refused.pesan, param, ctx)


def _options(command):  # type: ignore[no-untyped-def]
    for option in (
        click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout."),
        click.option("--kertas", type=click.Choice(["a4", "f4"]), default="a4", help="Paper of a PDF."),
        click.option("-o", "berkas", required=True, type=click.Path(dir_okay=False, path_type=Path)),
        click.option("--periode", type=Bulan(), default=lambda: queries.parse_bulan(None), help="Month."),
    ):
        command = option(command)
    return command


@laporan.command("opd")
@click.option("--opd", "kode", required=True, help="Code of the OPD.")
@_options
def opd_report(kode: str, periode: date, berkas: Path, kertas: ekspor.Kertas, as_json: bool) -> None:
    """The report of one OPD: PDF for signature, or XLSX by the name's ending."""
    opd, waktu = db.session.scalar(select(Opd).where(Opd.kode == kode)), now()
    if opd is None:
        raise click.BadParameter(f"OPD {kode} tidak dikenal.", param_hint="--opd")
    batas = runtime().profil.batas.baris_ekspor
    belum = list_semua(Saringan(opd.id, periode), batas)
    angka = queries.angka_opd(periode, [opd.id]).get(opd.id, queries.Angka())
    if _ending(berkas) == ".xlsx":
        isi = ekspor.xlsx_opd(opd, Saringan(opd.id, periode), None, angka, belum, OLEH, waktu)
    else:
        luar = list_semua(Saringan(opd.id, periode, Daftar.LUAR), batas)
        unit = list_baris_unit(opd.id, periode)
        isi = ekspor.pdf_opd(opd, periode, angka, unit, belum, luar, waktu, OLEH, kertas).pdf
    _write(berkas, isi, f"opd {kode}", len(belum), periode, as_json)


@laporan.command("kota")
@_options
def city_report(periode: date, berkas: Path, kertas: ekspor.Kertas, as_json: bool) -> None:
    """All OPD of the city: PDF, or XLSX by the name's ending."""
    baris, waktu = queries.list_baris_opd(periode), now()
    if _ending(berkas) == ".xlsx":
        isi = ekspor.xlsx_kota(baris, periode, OLEH, waktu)
    else:
        isi = ekspor.pdf_kota(baris, periode, "Diurutkan menurut susunan OPD.", waktu, OLEH, kertas).pdf
    _write(berkas, isi, "kota", len(baris), periode, as_json)


def _ending(berkas: Path) -> str:
    ending = berkas.suffix.lower()
    if ending not in (".pdf", ".xlsx"):
        raise click.BadParameter("Nama berkas harus berakhir .pdf atau .xlsx.", param_hint="-o")
    return ending


def _write(berkas: Path, isi: bytes, daftar: str, baris: int, periode: date, as_json: bool) -> None:
    """Whole file or none, readable by its owner only: it holds names."""
    sementara = berkas.with_name(f".{berkas.name}.baru")
    sementara.touch(mode=0o600)
    sementara.write_bytes(isi)
    sementara.replace(berkas)
    record(Peristiwa.EKSPOR, by=SISTEM, daftar=daftar, jumlah=baris, saringan=f"bulan={periode:%Y-%m}")
    db.session.commit()
    if as_json:
        click.echo(json.dumps({"file": str(berkas), "rows": baris, "bytes": len(isi)}))
    else:
        click.echo(f"{berkas}: {baris} baris.")


@click.command("periksa")
@click.option("--produksi", is_flag=True, help="Also check what a served city needs.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def periksa(produksi: bool, as_json: bool) -> None:
    """Check everything that must always hold; exit 1 and a list when something does not."""
    found = []
    for check, temuan in run_checks(produksi=produksi):
        found.append((check, temuan))
        if not as_json:
            click.echo(f"{'baik ' if not temuan else 'SALAH'} {check.nama}: {check.judul}")
            for one in temuan:
                click.echo(f"      {one.objek}: {one.keterangan}")
    banyak = sum(len(temuan) for _, temuan in found)
    if as_json:
        checks = [
            {
                "name": check.nama,
                "title": check.judul,
                "findings": [{"object": one.objek, "message": one.keterangan} for one in temuan],
            }
            for check, temuan in found
        ]
        click.echo(json.dumps({"ok": banyak == 0, "findings": banyak, "checks": checks}, ensure_ascii=False))
    else:
        click.echo(f"{len(found)} pemeriksaan, {banyak} temuan.")
    raise SystemExit(1 if banyak else 0)


COMMANDS = (laporan, periksa)
