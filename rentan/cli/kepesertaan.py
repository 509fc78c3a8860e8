"""Commands about BPJS's lists: the upload file, the answer, the membership numbers."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from rentan.cli.impor import answer_import, import_options
from rentan.cli.tolak import refuse
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import today
from rentan.core.errors import RuleError
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.kepesertaan.impor import PENANGAN as JAWABAN
from rentan.kepesertaan.kpj import PENANGAN as KPJ
from rentan.kepesertaan.queries import ALASAN, list_kandidat
from rentan.paket.actions import isi_lagi, kunci_paket, read_berkas, susun_paket
from rentan.paket.models import Paket
from rentan.paket.queries import list_paket
from rentan.paket.status import TERBUKA, JenisPaket, StatusPaket

kepesertaan = AppGroup("kepesertaan", help="Lists to BPJS and its answers.")
kartu = AppGroup("kartu", help="Membership numbers and cards.")

#: Who works at the server's own console acts as the BPJS liaison, without an account: what these commands
#: write down comes out of BPJS's files, never from the system itself (states.md G6).
PETUGAS = Pelaku(akun_id=None, peran=frozenset({Peran.PETUGAS_BPJS}))


@kepesertaan.command("import")
@import_options
@click.option("--repeat", is_flag=True, help="Refusals worded like an earlier one are new answers.")
def import_answer(file: Path, repeat: bool, **options: Any) -> None:
    """Read BPJS's answer FILE; exit 1 when an unreadable row refuses the file."""
    answer_import(JAWABAN, file, pilihan={"ulang": repeat}, by=PETUGAS, **options)


@kartu.command("import")
@import_options
def import_kpj(file: Path, **options: Any) -> None:
    """Read FILE (NIK, NAMA, KPJ); exit 1 when an unreadable row refuses the file."""
    answer_import(KPJ, file, by=PETUGAS, **options)


@kepesertaan.command("export")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Where the file goes.")
@click.option("--paket", "nomor", help="Number of a locked batch: write its frozen file again.")
@click.option("--dry-run", is_flag=True, help="Only say who would be in it and who not; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def export(output: Path | None, nomor: str | None, dry_run: bool, as_json: bool) -> None:
    """Lock a batch with everybody who is ready and write BPJS's upload form to the output file.

    A locked batch that has not been sent yet is written again, byte for byte. Exit 1 when nobody is ready.
    """
    if dry_run:
        _show_ready(as_json)
        return
    if output is None:
        raise click.UsageError("-o FILE is missing.")
    try:
        paket = _find(nomor) if nomor else _locked()
        data = read_berkas(paket)
    except RuleError as refused:
        db.session.rollback()
        refuse(refused, as_json=as_json)
    record(
        Peristiwa.EKSPOR,
        by=PETUGAS,
        objek=paket,
        daftar="paket_daftar",
        jumlah=paket.jumlah,
        saringan=f"nomor={paket.nomor}",
    )
    db.session.commit()
    output.write_bytes(data)
    facts = {"paket": paket.nomor, "rows": paket.jumlah, "sha256": paket.sha256, "status": paket.status.value}
    if as_json:
        click.echo(json.dumps(facts))
    else:
        click.echo(f"Paket {paket.nomor}: {paket.jumlah} pekerja, {paket.status.label.lower()}.")
        click.echo(f"SHA-256 {paket.sha256}")


def _find(nomor: str) -> Paket:
    query = db.select(Paket).where(Paket.nomor == nomor, Paket.jenis == JenisPaket.DAFTAR)
    paket = db.session.scalar(query.where(Paket.status != StatusPaket.DISUSUN))
    if paket is None:
        raise RuleError(f"Tidak ada paket terkunci bernomor {nomor}.", kode="paket_tidak_ada")
    return paket


def _locked() -> Paket:
    """The open batch, locked if it is not yet; or a new one."""
    open_ones = list_paket(JenisPaket.DAFTAR, seen_by=PETUGAS, status=TERBUKA, banyak=1)
    if not open_ones:
        paket = susun_paket(JenisPaket.DAFTAR, today(), by=PETUGAS)
    else:
        paket = open_ones[0]
        if paket.status is StatusPaket.DISUSUN:
            isi_lagi(paket, by=PETUGAS)
    if paket.status is StatusPaket.DISUSUN:
        kunci_paket(paket, by=PETUGAS)
    return paket


def _show_ready(as_json: bool) -> None:
    count = Counter(one.kode for one in list_kandidat())
    ready = count.pop("", 0)
    if as_json:
        click.echo(json.dumps({"ready": ready, "excluded": dict(sorted(count.items()))}))
        return
    click.echo(f"Siap diajukan: {ready}")
    for kode, kalimat in ALASAN.items():
        if count[kode]:
            click.echo(f"{kalimat}: {count[kode]}")


COMMANDS = (kepesertaan, kartu)
