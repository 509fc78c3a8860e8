"""What the commands about batches of money share: who acts, which batch, how the outcome is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from rentan.akun.actions import normal_pengenal
from rentan.akun.queries import find_akun, pelaku_of
from rentan.cli.tolak import refuse
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record, undo_changes
from rentan.core.errors import RuleError
from rentan.core.workflow import check_move
from rentan.ext import db
from rentan.paket import actions, uang
from rentan.paket.models import Paket
from rentan.paket.queries import get_paket
from rentan.paket.status import MACHINE, JenisPaket, StatusPaket
from rentan.util.angka import format_angka
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import awal_bulan

Command = TypeVar("Command", bound=Callable[..., Any])


def actor_option(command: Command) -> Command:
    """``--oleh``: money is moved by people with a role, never by the machine itself (G5, G6)."""
    return click.option("--oleh", required=True, metavar="PENGENAL", help="Sign-in name of who acts.")(
        command
    )


@dataclass(frozen=True)
class Step:
    """What the options of a step say: which batch, who acts, whether to write, and how to answer."""

    bulan: datetime | None
    nomor: str | None
    oleh: str
    dry_run: bool
    as_json: bool

    @contextmanager
    def on(
        self, jenis: JenisPaket, progress: str = "", *, untuk_diubah: bool = True
    ) -> Iterator[tuple[Paket, Pelaku]]:
        """The batch of this kind and who acts on it; afterwards the outcome is committed and told.

        ``progress`` goes to stderr before the work begins. Raises ``UsageError``; a refusal ends as ``told``.
        """
        by = find_pelaku(self.oleh)
        with told(self.as_json):
            paket = find_paket(jenis, self.bulan, self.nomor, by=by, untuk_diubah=untuk_diubah)
            if progress:
                click.echo(progress, err=True)
            yield paket, by
            finish(paket, dry_run=self.dry_run, as_json=self.as_json)


def batch_options(command: Callable[..., None]) -> Callable[..., None]:
    """``--bulan`` and/or ``--paket``, ``--oleh``, ``--dry-run``, ``--json``: the command gets a ``Step``."""

    @wraps(command)
    def run(
        *, bulan: datetime | None, nomor: str | None, oleh: str, dry_run: bool, as_json: bool, **others: Any
    ) -> None:
        command(Step(bulan, nomor, oleh, dry_run, as_json), **others)

    for add in (
        click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout."),
        click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing."),
        click.option("--paket", "nomor", help="Number of the batch, once it has been locked."),
        click.option("--bulan", type=click.DateTime(["%Y-%m"]), help="Month of the batch (YYYY-MM)."),
    ):
        run = add(run)
    return actor_option(run)


output_option = click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where it goes."
)


def find_pelaku(pengenal: str) -> Pelaku:
    """The account with this sign-in name as an actor. Raises ``UsageError`` when there is none in use."""
    akun = find_akun(normal_pengenal(pengenal))
    if akun is None or not akun.aktif:
        raise click.UsageError("--oleh: no account in use has this sign-in name.")
    return pelaku_of(akun)


def find_paket(
    jenis: JenisPaket, bulan: datetime | None, nomor: str | None, *, by: Pelaku, untuk_diubah: bool = True
) -> Paket:
    """The batch of this number, or the newest of this kind and month that was not given up."""
    query = db.select(Paket.id).where(Paket.jenis == jenis)
    if nomor:
        query = query.where(Paket.nomor == nomor)
    elif bulan:
        query = query.where(Paket.periode == awal_bulan(bulan.date()), Paket.status != StatusPaket.DIBATALKAN)
    else:
        raise click.UsageError("--bulan or --paket is missing.")
    found = db.session.scalar(query.order_by(Paket.dibuat_pada.desc(), Paket.id.desc()).limit(1))
    if found is None:
        raise RuleError("Paket itu tidak ada.", kode="paket_tidak_ada")
    return get_paket(found, seen_by=by, untuk_diubah=untuk_diubah)


@contextmanager
def told(as_json: bool) -> Iterator[None]:
    """A refusal ends the command with exit 1 and its sentence; nothing is kept of what was begun."""
    try:
        yield
    except RuleError as refused:
        undo_changes()
        db.session.commit()
        refuse(refused, as_json=as_json)


def finish(paket: Paket, *, dry_run: bool, as_json: bool) -> None:
    """Commit (or take everything back) and say where the batch stands."""
    facts = facts_of(paket)
    if dry_run:
        undo_changes()
    db.session.commit()
    if as_json:
        click.echo(json.dumps(facts))
        return
    click.echo(
        f"{paket.jenis.label} {facts['periode']} {paket.nomor or '(belum bernomor)'}: "
        f"{format_angka(facts['rows'])} baris, {format_rupiah(facts['amount'])}, "
        f"{paket.status.label.lower()}."
    )
    if dry_run:
        click.echo("Hanya diperiksa; tidak ada yang ditulis.")


def facts_of(paket: Paket) -> dict[str, Any]:
    """The batch as one JSON object; ``amount`` in whole rupiah."""
    money = paket.uang
    return {
        "paket": paket.nomor,
        "jenis": paket.jenis.value,
        "periode": f"{paket.periode:%Y-%m}",
        "status": paket.status.value,
        "rows": paket.jumlah,
        "amount": uang.uang_of(paket.jenis).jumlah_rupiah(paket),
        "sha256": paket.sha256,
        "second_approver": bool(money and money.perlu_kedua),
    }


def lock(paket: Paket, *, by: Pelaku, dry_run: bool) -> None:
    """B3; the file of a rehearsed lock is never made."""
    if not dry_run:
        actions.kunci_paket(paket, by=by)
        return
    facts: dict[str, Any] = {"jumlah": paket.jumlah, "penghalang": actions.penghalang_kunci(paket)}
    check_move(MACHINE, paket, "kunci", by=by, **facts)


def approve(paket: Paket, *, by: Pelaku) -> None:
    """B5a: the first of two approvals where two are needed, else the one that releases the batch."""
    money = paket.uang
    if money is not None and money.perlu_kedua and money.setuju_pertama_oleh is None:
        uang.setujui_pertama(paket, by=by)
    else:
        actions.setujui_paket(paket, by=by)


def export(paket: Paket, output: Path, *, by: Pelaku, dry_run: bool) -> None:
    """The frozen file byte for byte, noted as an export."""
    data = actions.read_berkas(paket)
    if dry_run:
        return
    record(
        Peristiwa.EKSPOR,
        by=by,
        objek=paket,
        daftar=f"paket_{paket.jenis}",
        jumlah=paket.jumlah,
        saringan=f"nomor={paket.nomor}",
    )
    output.write_bytes(data)


def month_of(bulan: datetime | None, default: Callable[[], date]) -> date:
    """The month asked for, or the one that is being worked on."""
    return awal_bulan(bulan.date()) if bulan else default()
