"""What every ``flask … import FILE`` has in common: options, the JSON of product.md §5, exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from rentan.core.actor import SISTEM, Pelaku
from rentan.core.errors import RuleError
from rentan.core.imports import Ditolak, Hasil, PenanganImpor, run_import
from rentan.ext import db
from rentan.util.angka import format_angka

Command = TypeVar("Command", bound=Callable[..., Any])


def import_options(command: Command) -> Command:
    """``FILE --take-good --dry-run --json``, handed over as ``file take_good dry_run as_json``."""
    for add in (
        click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout."),
        click.option("--dry-run", is_flag=True, help="Check only; write nothing."),
        click.option("--take-good", is_flag=True, help="Apply the good rows although others are refused."),
        click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
    ):
        command = add(command)
    return command


def answer_import(
    handler: PenanganImpor,
    file: Path,
    *,
    dry_run: bool,
    take_good: bool,
    as_json: bool,
    pilihan: dict[str, Any] | None = None,
    setuju: bool = False,
    by: Pelaku = SISTEM,
) -> NoReturn:
    """Run the import, commit it, print what happened, and exit: 1 when nothing could be applied."""
    click.echo(f"Membaca dan memeriksa {file.name} …", err=True)
    try:
        hasil = run_import(
            handler,
            file.read_bytes(),
            file.name,
            pilihan=pilihan,
            dry_run=dry_run,
            take_good=take_good,
            setuju=setuju,
            by=by,
        )
        db.session.commit()
    except RuleError as refused:
        db.session.rollback()
        hasil = Hasil(read=0, good=[], refused=[Ditolak("", 0, refused.kode, refused.pesan)])
        _show(hasil, as_json, refused.pesan)
        raise SystemExit(1) from None
    blocked = bool(hasil.refused) and not take_good
    _show(hasil, as_json, _outcome(hasil, dry_run, blocked))
    raise SystemExit(1 if blocked else 0)


def _outcome(hasil: Hasil, dry_run: bool, blocked: bool) -> str:
    if blocked:
        return "Tidak ada yang diterapkan: perbaiki baris yang ditolak, atau pakai --take-good."
    if dry_run:
        return "Hanya diperiksa; tidak ada yang ditulis."
    return f"Diterapkan: {format_angka(len(hasil.good))} baris."


def _show(hasil: Hasil, as_json: bool, outcome: str) -> None:
    if as_json:
        click.echo(json.dumps(hasil.report(), ensure_ascii=False))
        return
    for label, value in (
        ("Baris dibaca", hasil.read),
        ("Baik", len(hasil.good)),
        ("Ditolak", len(hasil.refused)),
        ("Tidak berubah", hasil.unchanged),
        ("Berubah", hasil.changed),
        *((label, value) for label, value in hasil.rincian.items() if isinstance(value, int)),
    ):
        click.echo(f"{label}: {format_angka(value)}")
    for name in hasil.skipped_sheets:
        click.echo(f"Lembar dilewati: {name}")
    for warning in hasil.warnings:
        click.echo(f"Perhatian: {warning}")
    for one in hasil.refused:
        place = f"{one.sheet} baris {one.row}: " if one.row else ""
        click.echo(f"{place}{one.message} [{one.code}]", err=True)
    click.echo(outcome)
