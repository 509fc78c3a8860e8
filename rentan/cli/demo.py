"""``flask demo``: the fictional city in an empty instance."""

from __future__ import annotations

import json
import time

import click
from flask.cli import with_appcontext
from sqlalchemy import inspect

from rentan.cli.tolak import refuse
from rentan.core.errors import RuleError
from rentan.demo.actions import JUMLAH_ASN, fill_city, list_sign_ins
from rentan.ext import db


@click.command("demo")
@click.option(
    "--asn", "jumlah", default=JUMLAH_ASN, show_default=True, help="Number of ASN; all else scales."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@with_appcontext
def demo(jumlah: int, as_json: bool) -> None:
    """Fill an empty demo instance with the fictional city; exit 1 when it is not empty or not a demo."""
    mulai = time.monotonic()
    click.echo("Menyiapkan kota demo …", err=True)
    try:
        if not inspect(db.session.connection()).has_table("asn"):
            raise RuleError(
                "Basis data belum disiapkan. Jalankan `flask --app app db upgrade` lebih dahulu.",
                kode="belum_disiapkan",
            )
        isi = fill_city(jumlah)
    except RuleError as refused:
        refuse(refused, as_json=as_json)
    sign_ins = list_sign_ins()
    if as_json:
        masuk = [{"peran": peran, "pengenal": nama, "sandi": sandi} for peran, nama, sandi in sign_ins]
        click.echo(json.dumps(isi | {"masuk": masuk}))
        return
    for nama, banyak in isi.items():
        click.echo(f"  {nama.replace('_', ' '):<16} {banyak:>7}")
    click.echo(f"Selesai dalam {time.monotonic() - mulai:.0f} detik. Masuk dengan:")
    for peran, nama, sandi in sign_ins:
        click.echo(f"  {peran:<22} {nama:<22} {sandi}")


COMMANDS = (demo,)
