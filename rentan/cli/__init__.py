"""Commands (product.md §5): thin; exit 0 done, 1 refused or found something, 2 wrong use."""

from __future__ import annotations

from flask import Flask

from rentan.cli import (
    aktivasi,
    akun,
    asn,
    autodebet,
    demo,
    gladi,
    kepesertaan,
    laporan,
    pekerja,
    setoran,
    tools,
)


def init_cli(app: Flask) -> None:
    """Register every command group."""
    for command in (
        *akun.COMMANDS,
        *aktivasi.COMMANDS,
        *asn.COMMANDS,
        *autodebet.COMMANDS,
        *demo.COMMANDS,
        *gladi.COMMANDS,
        *kepesertaan.COMMANDS,
        *laporan.COMMANDS,
        *setoran.COMMANDS,
        *tools.COMMANDS,
        *pekerja.COMMANDS,
    ):
        app.cli.add_command(command)
