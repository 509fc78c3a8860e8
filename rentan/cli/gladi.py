"""Commands about rehearsals: run one on a copy, or let the bank's double answer a debit file.

``child`` is what a rehearsal runs in; people do not call it.
"""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_migrate import upgrade

from rentan.autodebet.layout_debet import layout_debet, nama_layout
from rentan.cli.paket import told
from rentan.config import ROOT
from rentan.core.actor import SISTEM
from rentan.core.clock import now, to_local
from rentan.core.errors import RuleError
from rentan.ext import db
from rentan.gladi.bank import BerkasTidakTerbaca, Salah, answer
from rentan.gladi.folder import (
    GAGAL,
    baca_permintaan,
    hasil_gladi,
    jalankan_gladi,
    siapkan_gladi,
    simpan_hasil,
)
from rentan.gladi.latihan import latih
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket

gladi = AppGroup("gladi", help="Rehearsals with the bank's double; nothing real is touched.")


class SalahParam(click.ParamType):
    """``saldo=3,hilang=1``: faults of the bank's double and how many lines have them."""

    name = "FAULT=N,…"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[Salah, int]:
        found: dict[Salah, int] = {}
        for one in str(value).split(",") if value else ():
            nama, _, n = one.strip().partition("=")
            if nama not in {satu.value for satu in Salah} or not (n.isascii() and n.isdigit() and len(n) < 6):
                self.fail(f"faults are {', '.join(satu.value for satu in Salah)}, each as NAME=NUMBER.")
            found[Salah(nama)] = int(n)
        return found


salah_option = click.option("--salah", type=SalahParam(), default="", help="Faults, e.g. saldo=3,hilang=1.")


@gladi.command("run")
@click.option("--paket", "nomor", help="A debit batch of this number gives the size; without: an example.")
@salah_option
@click.option("--json", "as_json", is_flag=True, help="The whole outcome as one JSON object on stdout.")
def run(nomor: str | None, salah: dict[Salah, int], as_json: bool) -> None:
    """Lock, approve and send a fictional batch in a copy and read what the double answers."""
    with told(as_json):
        paket = None
        if nomor:
            query = db.select(Paket).where(Paket.nomor == nomor, Paket.jenis == JenisPaket.DEBET)
            paket = db.session.scalar(query)
            if paket is None:
                raise RuleError("Paket debet itu tidak ada.", kode="paket_tidak_ada")
        gladi_id = siapkan_gladi(paket, salah, by=SISTEM)
        db.session.commit()
        jalankan_gladi(str(gladi_id))
        hasil = hasil_gladi(gladi_id)
        if hasil is None:
            raise RuleError(GAGAL, kode="gladi_gagal")
    if as_json:
        click.echo(json.dumps(hasil, ensure_ascii=False))
        return
    for satu in hasil["langkah"]:
        tanda = "DITOLAK " if satu["ditolak"] else ""
        click.echo(f"{satu['hari']} {satu['oleh']}: {tanda}{satu['judul']}. {satu['kalimat']}")
    for kunci, nilai in hasil["jumlah"].items():
        click.echo(f"{kunci}: {nilai}")


@gladi.command("answer")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@salah_option
@click.option("--layout", type=click.Choice(nama_layout()), default="csv", help="Layout of the debit file.")
@click.option("--benih", type=click.IntRange(0, 9999), default=1, help="Chooses which lines have the faults.")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
def answer_file(file: Path, salah: dict[Salah, int], layout: str, benih: int, output: Path) -> None:
    """Answer the debit FILE as the bank's double; a second answer gets -2 behind its name."""
    waktu = to_local(now()).replace(tzinfo=None)
    try:
        found = answer(file.read_bytes(), layout_debet(layout), salah, waktu=waktu, benih=benih)
    except BerkasTidakTerbaca as fault:
        raise click.ClickException(f"FILE is no debit file of this layout: {fault}.") from None
    except ValueError:
        raise click.ClickException("FILE is no debit file of this layout, or has too few lines.") from None
    if found.ditolak:
        click.echo(found.ditolak)
        return
    for n, berkas in enumerate(found.berkas, 1):
        path = output if n == 1 else output.with_name(f"{output.stem}-{n}{output.suffix}")
        path.write_bytes(berkas.data)
        click.echo(path)


@gladi.command("child", hidden=True)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def child(folder: Path) -> None:
    """Fill this copy and rehearse in it."""
    upgrade(directory=str(ROOT / "rentan" / "migrations"))
    minta = baca_permintaan(json.loads((folder / "permintaan.json").read_text(encoding="utf-8")))

    def lapor(persen: int) -> None:
        (folder / "kemajuan").write_text(str(persen), encoding="utf-8")

    lapor(5)
    try:
        catatan = latih(minta, lapor)
        db.session.commit()
    except RuleError as refused:
        db.session.rollback()
        (folder / "galat").write_text(refused.pesan, encoding="utf-8")
        return
    simpan_hasil(folder, catatan)


COMMANDS = (gladi,)
