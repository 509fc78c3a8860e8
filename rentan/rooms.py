"""The blueprints of all rooms, in the order of the house plan."""

from __future__ import annotations

from flask import Blueprint

from rentan.akun import views as akun_views
from rentan.laporan import views as laporan_views
from rentan.pendaftaran import views as pendaftaran_views
from rentan.web import health

BLUEPRINTS: tuple[Blueprint, ...] = (
    health.bp,
    akun_views.bp,
    pendaftaran_views.bp,
    laporan_views.bp,
)
