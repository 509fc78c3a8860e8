"""Commands about accounts: the first admin, a lost password at the server, who there is."""

from __future__ import annotations

import json
from typing import Any

import click
from flask.cli import AppGroup

from rentan.akun import daftar, kelola
from rentan.akun.actions import normal_pengenal
from rentan.akun.queries import find_akun
from rentan.cli.tolak import refuse
from rentan.core.actor import SISTEM
from rentan.core.errors import RuleError
from rentan.core.permissions import PERAN_KECAMATAN, PERAN_OPD, Peran
from rentan.ext import db, runtime
from rentan.opd.models import Opd
from rentan.web.tujuan import base_url

akun = AppGroup("akun", help="Accounts.")
as_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")


@akun.command("create")
@click.option(
    "--peran", "peran", required=True, type=click.Choice([one.value for one in Peran if one is not Peran.ASN])
)
@click.option("--pengenal", required=True, help="Sign-in name.")
@click.option("--nama", required=True, help="Full name.")
@click.option("--opd", "kode_opd", help="Code of the OPD (operator_opd only).")
@click.option("--kecamatan", help="Code of the kecamatan (petugas_kecamatan only).")
@dry_run_option
@as_json_option
def create(
    peran: str,
    pengenal: str,
    nama: str,
    kode_opd: str | None,
    kecamatan: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make an account with a role and print a one-use link, valid 24 hours. Exit 1 when the name is taken."""
    role = Peran(peran)
    if (role in PERAN_OPD) != bool(kode_opd) or (role in PERAN_KECAMATAN) != bool(kecamatan):
        raise click.UsageError(
            "--opd belongs to operator_opd, --kecamatan to petugas_kecamatan, and only to them."
        )
    opd = db.session.scalar(db.select(Opd).where(Opd.kode == kode_opd)) if kode_opd else None
    if kode_opd and opd is None:
        raise click.UsageError("--opd: no OPD has this code.")
    try:
        made, kode = kelola.create_akun(pengenal, nama, by=SISTEM)
        kelola.grant_peran(made, role, by=SISTEM, opd_id=opd.id if opd else None, kecamatan_kode=kecamatan)
    except RuleError as refused:
        db.session.rollback()
        refuse(refused, as_json=as_json)
    _finish(made.pengenal, kode, dry_run=dry_run, as_json=as_json)


@akun.command("reset")
@click.option("--pengenal", required=True, help="Sign-in name or NIP.")
@click.option("--lepas-pengaman", is_flag=True, help="Take the second factor off as well (lost phone).")
@dry_run_option
@as_json_option
def reset(pengenal: str, lepas_pengaman: bool, dry_run: bool, as_json: bool) -> None:
    """Print a one-use link with which the person chooses a new password. Exit 1 for an unknown name."""
    found = find_akun(normal_pengenal(pengenal))
    if found is None:
        refuse(RuleError("Akun ini tidak ada.", "pengenal", kode="akun"), as_json=as_json)
    try:
        if lepas_pengaman:
            kelola.reset_pengaman(found, by=SISTEM)
        kode = kelola.reset_sandi(found, by=SISTEM)
    except RuleError as refused:
        db.session.rollback()
        refuse(refused, as_json=as_json)
    _finish(found.pengenal, kode, dry_run=dry_run, as_json=as_json)


@akun.command("list")
@click.option("--peran", type=click.Choice([one.value for one in Peran]), help="Only with this role.")
@as_json_option
def list_akun(peran: str | None, as_json: bool) -> None:
    """Accounts by name, with roles and state; no secrets."""
    rows: list[dict[str, Any]] = [
        {
            "pengenal": one.akun.pengenal,
            "nama": one.akun.nama,
            "aktif": one.akun.aktif,
            "kata_sandi": one.akun.sandi_hash is not None,
            "kode_pengaman": one.akun.totp_aktif_pada is not None,
            "peran": [{"peran": p.peran.value, "tempat": p.tempat} for p in one.peran],
        }
        for one in daftar.walk_akun(peran=Peran(peran) if peran else None)
    ]
    if as_json:
        click.echo(json.dumps({"akun": rows}))
        return
    for row in rows:
        state = "aktif" if row["aktif"] else "nonaktif"
        roles = ", ".join(p["peran"] + (f" ({p['tempat']})" if p["tempat"] else "") for p in row["peran"])
        click.echo(f"{row['pengenal']:<24} {row['nama']:<36} {state:<9} {roles}")
    click.echo(f"{len(rows)} akun.", err=True)


def _finish(pengenal: str, kode: str, *, dry_run: bool, as_json: bool) -> None:
    """Commit and print the link, the only time that it is seen."""
    if dry_run:
        db.session.rollback()
        click.echo(
            json.dumps({"pengenal": pengenal, "dry_run": True}) if as_json else f"{pengenal}: dapat dibuat."
        )
        return
    db.session.commit()
    link, hours = f"{base_url()}/sandi#{kode}", runtime().profil.batas.jam_tautan
    if as_json:
        click.echo(json.dumps({"pengenal": pengenal, "tautan": link, "jam": hours}))
        return
    click.echo(f"Tautan sekali pakai untuk {pengenal}, berlaku {hours} jam:\n{link}")


COMMANDS = (akun,)
