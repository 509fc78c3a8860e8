"""Commands about debits: build, lock, approve, send, export, read the bank's answer, close.

Each is one step of one person with a role; who builds does not approve, who reads the answer does not close.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from rentan.autodebet.debet_isi import list_calon
from rentan.autodebet.debet_susun import susun_debet
from rentan.autodebet.debet_tanggal import bulan_kerja, hari_debet_paket, penghalang_susun
from rentan.autodebet.hasil import PENANGAN
from rentan.cli import paket as langkah
from rentan.cli.impor import answer_import, import_options
from rentan.core.errors import RuleError
from rentan.paket import actions, uang
from rentan.paket.status import JenisPaket

autodebet = AppGroup("autodebet", help="Debit batches and the bank's answers.")
ulang_option = click.option("--ulang", is_flag=True, help="The retry batch instead of the month's debit.")


def _jenis(ulang: bool) -> JenisPaket:
    return JenisPaket.ULANG if ulang else JenisPaket.DEBET


@autodebet.command("build")
@click.option("--bulan", type=click.DateTime(["%Y-%m"]), help="Month (default: the one being worked on).")
@ulang_option
@langkah.actor_option
@click.option("--dry-run", is_flag=True, help="Only count who would be in and who not; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def build(bulan: datetime | None, ulang: bool, oleh: str, dry_run: bool, as_json: bool) -> None:
    """B1: put every contribution that may be debited into a new batch. Exit 1 when there is none."""
    by, month, jenis = langkah.find_pelaku(oleh), langkah.month_of(bulan, bulan_kerja), _jenis(ulang)
    with langkah.told(as_json):
        if dry_run:
            _show_ready(jenis, month, as_json)
            return
        click.echo("Menyusun paket …", err=True)
        paket = susun_debet(jenis, month, by=by)
        langkah.finish(paket, dry_run=False, as_json=as_json)


def _show_ready(jenis: JenisPaket, month: Any, as_json: bool) -> None:
    if sentence := penghalang_susun(jenis, month):
        raise RuleError(sentence, kode="belum_waktunya")
    calon = list_calon(jenis, month, hari_debet_paket(jenis, month))
    ready = sum(one.alasan is None for one in calon)
    reasons: dict[str, int] = {}
    for one in calon:
        if one.alasan:
            reasons[one.alasan] = reasons.get(one.alasan, 0) + 1
    if as_json:
        click.echo(json.dumps({"ready": ready, "excluded": reasons}, ensure_ascii=False))
        return
    click.echo(f"Siap: {ready}")
    for alasan, banyak in sorted(reasons.items()):
        click.echo(f"{banyak}: {alasan}")


@autodebet.command("lock")
@langkah.batch_options
@ulang_option
def lock(step: langkah.Step, ulang: bool) -> None:
    """B3: freeze the lines and make the bank's file."""
    with step.on(_jenis(ulang), "Mengunci paket …") as (paket, by):
        langkah.lock(paket, by=by, dry_run=step.dry_run)


@autodebet.command("approve")
@langkah.batch_options
@ulang_option
def approve(step: langkah.Step, ulang: bool) -> None:
    """B5a: approve the locked batch (the first of two approvals where two are needed)."""
    with step.on(_jenis(ulang)) as (paket, by):
        langkah.approve(paket, by=by)


@autodebet.command("send")
@langkah.batch_options
@ulang_option
@click.option("--tanda-terima", help="The bank's receipt.")
def send(step: langkah.Step, ulang: bool, tanda_terima: str | None) -> None:
    """B5: note that the file has been handed over to the bank."""
    with step.on(_jenis(ulang), "Mencatat pengiriman …") as (paket, by):
        actions.kirim_paket(paket, by=by, tanda_terima=tanda_terima)


@autodebet.command("export")
@langkah.batch_options
@ulang_option
@langkah.output_option
def export(step: langkah.Step, ulang: bool, output: Path) -> None:
    """Write the frozen file of a locked batch, the same bytes every time."""
    with step.on(_jenis(ulang), untuk_diubah=False) as (paket, by):
        langkah.export(paket, output, by=by, dry_run=step.dry_run)


@autodebet.command("import-result")
@import_options
@langkah.actor_option
@click.option("--accept-warning", is_flag=True, help="Also when the trailer says that the file was cut.")
def import_result(file: Path, oleh: str, accept_warning: bool, **options: Any) -> None:
    """Read the bank's answer FILE; lines that fit nowhere become exceptions."""
    answer_import(PENANGAN, file, setuju=accept_warning, by=langkah.find_pelaku(oleh), **options)


@autodebet.command("close")
@langkah.batch_options
@ulang_option
def close(step: langkah.Step, ulang: bool) -> None:
    """B11: close a reconciled batch for good."""
    with step.on(_jenis(ulang)) as (paket, by):
        uang.tutup(paket, by=by)


COMMANDS = (autodebet,)
