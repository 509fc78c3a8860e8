"""Commands about remittances: build, lock, approve, pay, export, read BPJS's record, close.

Each is one step of one person with a role; who builds does not approve, the treasurer pays.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from rentan.berkas.sanitise import sanitise
from rentan.cli import paket as langkah
from rentan.cli.impor import answer_import, import_options
from rentan.core.clock import today
from rentan.core.errors import RuleError
from rentan.paket import uang
from rentan.paket.actions import susun_paket
from rentan.paket.queries import may_download
from rentan.paket.status import JenisPaket
from rentan.setoran.actions import pay_setoran
from rentan.setoran.impor import PENANGAN
from rentan.setoran.queries import list_calon
from rentan.util.angka import format_angka
from rentan.util.galat import TidakSah
from rentan.util.rupiah import parse_rupiah

setoran = AppGroup("setoran", help="Remittances to BPJS and its record of months.")
SETOR = JenisPaket.SETOR


@setoran.command("build")
@langkah.actor_option
@click.option("--dry-run", is_flag=True, help="Only count what may go and what not; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def build(oleh: str, dry_run: bool, as_json: bool) -> None:
    """B1: put every contribution that may be remitted into a new batch. Exit 1 when there is none."""
    by = langkah.find_pelaku(oleh)
    with langkah.told(as_json):
        if dry_run:
            _show_ready(as_json)
            return
        click.echo("Menyusun setoran …", err=True)
        langkah.finish(susun_paket(SETOR, today(), by=by), dry_run=False, as_json=as_json)


def _show_ready(as_json: bool) -> None:
    rows = list_calon()
    ready = [one for one in rows if one.alasan is None]
    left = Counter(one.alasan for one in rows if one.alasan)
    if as_json:
        excluded = {alasan.value: banyak for alasan, banyak in sorted(left.items())}
        facts = {"ready": len(ready), "amount": sum(one.jumlah for one in ready), "excluded": excluded}
        click.echo(json.dumps(facts))
        return
    click.echo(f"Siap disetor: {format_angka(len(ready))}")
    for alasan, banyak in sorted(left.items()):
        click.echo(f"{alasan.label}: {format_angka(banyak)}")


@setoran.command("lock")
@langkah.batch_options
def lock(step: langkah.Step) -> None:
    """B3: freeze the lines and make BPJS's list."""
    with step.on(SETOR, "Mengunci setoran …") as (paket, by):
        langkah.lock(paket, by=by, dry_run=step.dry_run)


@setoran.command("approve")
@langkah.batch_options
def approve(step: langkah.Step) -> None:
    """B5a: approve the locked batch."""
    with step.on(SETOR) as (paket, by):
        langkah.approve(paket, by=by)


@setoran.command("pay")
@langkah.batch_options
@click.option("--bukti", required=True, help="Number of the payment's proof.")
@click.option("--tanggal", type=click.DateTime(["%Y-%m-%d"]), help="Day of the payment (default: today).")
@click.option("--jumlah", required=True, help="What was paid, in rupiah: exactly the batch's total.")
@click.option(
    "--pindaian", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Scan of the proof."
)
def pay(step: langkah.Step, bukti: str, tanggal: datetime | None, jumlah: str, pindaian: Path | None) -> None:
    """B5: note that the treasurer has paid the batch."""
    amount = _amount(jumlah)
    with langkah.told(step.as_json):
        bersih = sanitise(pindaian.read_bytes(), pindaian.name) if pindaian else None
    with step.on(SETOR, "Mencatat setoran …") as (paket, by):
        day = tanggal.date() if tanggal else today()
        pay_setoran(paket, nomor=bukti, tanggal=day, jumlah=amount, pindaian=bersih, by=by)


def _amount(text: str) -> int:
    try:
        return parse_rupiah(text)
    except TidakSah as wrong:
        raise click.UsageError(f"--jumlah: {wrong.pesan}") from None


@setoran.command("export")
@langkah.batch_options
@langkah.output_option
def export(step: langkah.Step, output: Path) -> None:
    """Write the frozen list of a locked batch, the same bytes every time; whole NIK are the liaison's."""
    with step.on(SETOR, untuk_diubah=False) as (paket, by):
        if not may_download(paket, seen_by=by):
            raise RuleError(
                "Berkas paket ini belum dibuat, tidak berlaku lagi, atau bukan untuk peran ini.",
                kode="berkas_tidak_ada",
            )
        langkah.export(paket, output, by=by, dry_run=step.dry_run)


@setoran.command("import-record")
@import_options
@langkah.actor_option
@click.option("--repeat", is_flag=True, help="Refusals worded like an earlier one are new answers.")
def import_record(file: Path, oleh: str, repeat: bool, **options: Any) -> None:
    """Read BPJS's record of months FILE; lines that fit nowhere become exceptions."""
    answer_import(PENANGAN, file, pilihan={"ulang": repeat}, by=langkah.find_pelaku(oleh), **options)


@setoran.command("close")
@langkah.batch_options
def close(step: langkah.Step) -> None:
    """B11: close a reconciled batch for good."""
    with step.on(SETOR) as (paket, by):
        uang.tutup(paket, by=by)


COMMANDS = (setoran,)
