"""Signing in and out, the second factor, one-use links, and the gate in front of every other room."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from rentan.akun import actions, tertunda, totp
from rentan.akun.forms import KodeForm, MasukForm, TautanForm, TindakanForm, UlangForm
from rentan.akun.models import Akun, Sesi
from rentan.akun.pengguna import Pengguna, load_pengguna
from rentan.akun.queries import find_sesi, pelaku_of
from rentan.core import logs
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.permissions import Permission
from rentan.ext import db, login_manager
from rentan.util.perangkat import nama_perangkat
from rentan.web.access import PUBLIC, pelaku, public, request_id, requires
from rentan.web.page import after_action, is_partial, render_page
from rentan.web.transaction import READING, after_reading
from rentan.web.tujuan import safe_path

bp = Blueprint("akun", __name__)

LANGKAH_DUA = 300  # seconds between password and code
SENTUH = timedelta(minutes=1)  # a session's last use is written at most this often
#: What somebody may open who must set up the second factor first; setting it up asks for a fresh password.
PEMASANGAN = frozenset(
    {"akun_sendiri.totp_page", "akun_sendiri.start_totp", "akun_sendiri.qr_totp", "akun.confirm"}
)


@login_manager.user_loader
def _load(token: str) -> Pengguna | None:
    found = load_pengguna(token, permintaan_id=request_id(), alamat=_alamat())
    if found is not None:
        logs.bind(akun=found.akun_id)  # LOG-1: who, as an id
    return found


# -- the gate in front of all rooms -----------------------------------------------------------------------


@bp.before_app_request
def _gate() -> ResponseReturnValue | None:
    """Before the guard of ``web.access``: keeps typed forms, asks for the second factor or a fresh proof."""
    view = current_app.view_functions.get(request.endpoint or "")
    declared: Any = getattr(view, "akses", PUBLIC)
    if declared == PUBLIC:
        return None
    if not current_user.is_authenticated:
        if request.method == "POST" and (sesi := _lapsed_sesi()) is not None:
            _keep(sesi.akun_id)
        return None
    if not getattr(view, "tanpa_sentuh", False) and now() - current_user.sesi.terakhir_pada >= SENTUH:
        sesi_id = current_user.sesi_id
        after_reading(lambda: actions.touch_sesi(sesi_id))
    if current_user.must_enrol and request.endpoint not in PEMASANGAN:
        return after_action(url_for("akun_sendiri.totp_page"))
    if getattr(view, "perlu_segar", False) and pelaku().permissions & declared and not current_user.is_segar:
        if request.method in READING:
            return after_action(url_for("akun.confirm", next=request.full_path.rstrip("?")))
        _keep(current_user.akun_id)
        return after_action(url_for("akun.confirm"))
    return None


def _lapsed_sesi() -> Sesi | None:
    """The session that this browser had until it ran out; one that was *ended* gives nothing back."""
    found = find_sesi(str(session.get("_user_id", "")))
    if found is None or found[0].dicabut_pada is not None or not found[1].aktif:
        return None
    return found[0]


def _keep(akun_id: uuid.UUID) -> None:
    """Keep the form of this request; a check while typing belongs to the page around it."""
    jalur = request.full_path.rstrip("?")
    if is_partial() and request.headers.get("HX-Trigger-Name"):
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        jalur = here.path + (f"?{here.query}" if here.query else "")
        if here.netloc != request.host or not _takes_post(here.path):
            return
    fields = [(name, value) for name in request.form for value in request.form.getlist(name)]
    tertunda.keep_isian(akun_id, jalur, fields, berkas=bool(request.files))
    db.session.commit()


def _takes_post(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path, method="POST")
    except HTTPException:
        return False
    return True


# -- in ---------------------------------------------------------------------------------------------------


@bp.route("/masuk", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """First step: NIP (or sign-in name) and password."""
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(safe_path(request.args.get("next")), 303)
    form = MasukForm()
    if form.accepts():
        with form.rules():
            tebakan = actions.begin_sign_in(actions.normal_pengenal(form.nip.data), alamat=_alamat())
            db.session.commit()
            cocok = actions.is_sandi(tebakan.hash, form.sandi.data)
            akun = actions.finish_sign_in(tebakan, form.sandi.data, cocok=cocok, by=_tamu())
            if akun.totp_aktif_pada is None:
                return _enter(akun, totp_dipakai=False)
            db.session.commit()
            _start_second_step(akun)
            return redirect(url_for("akun.second_step", next=request.args.get("next")), 303)
    waiting = request.method == "GET" and _lapsed_sesi() is not None
    return render_page("akun/masuk.html", form=form, waiting=waiting)


@bp.route("/masuk/kode", methods=["GET", "POST"])
@public
def second_step() -> ResponseReturnValue:
    """Second step: a code of the phone, or a recovery code."""
    akun = _second_step_of()
    if akun is None:
        return redirect(url_for("akun.sign_in", next=request.args.get("next")), 303)
    form = KodeForm()
    if form.accepts():
        with form.rules():
            return _enter(check_kode(akun, form.kode.data, by=_tamu()), totp_dipakai=True)
    return render_page("akun/kode.html", form=form)


def _start_second_step(akun: Akun) -> None:
    """The signed cookie remembers for five minutes that the password was right; it opens nothing."""
    lama = {name: session[name] for name in ("_user_id", "csrf_token") if name in session}
    session.clear()
    session.update(lama)
    session["langkah_dua"] = {"akun": str(akun.id), "pada": int(time.time()), "sandi": _mark(akun)}


def _second_step_of() -> Akun | None:
    found = session.get("langkah_dua")
    if not isinstance(found, dict) or not 0 <= int(time.time()) - found["pada"] <= LANGKAH_DUA:
        return None
    akun = db.session.get(Akun, uuid.UUID(found["akun"]))
    return akun if akun is not None and akun.aktif and _mark(akun) == found["sandi"] else None


def _mark(akun: Akun) -> str:
    """Changes with the password: a half sign-in does not survive a reset."""
    return akun.sandi_diubah_pada.isoformat() if akun.sandi_diubah_pada else ""


def check_kode(akun: Akun, kode: str, *, by: Pelaku) -> Akun:
    """Count the try, then check the code; held after five wrong ones like a password. Returns the account."""
    percobaan = actions.begin_try("kode", str(akun.id), alamat=_alamat())
    db.session.commit()
    totp.use_kode(akun, kode if percobaan.boleh else "", by=by)
    actions.forget_tries(percobaan)
    return akun


def _enter(akun: Akun, *, totp_dipakai: bool) -> Response:
    """Open a session and go where the person wanted to go."""
    record(Peristiwa.MASUK, by=_self(akun), objek=akun, totp=totp_dipakai)
    waiting = tertunda.find_isian(akun.id) is not None
    renew_session(akun, totp_dipakai=totp_dipakai)
    return after_action(url_for("akun.resume") if waiting else safe_path(request.args.get("next")))


def renew_session(akun: Akun, *, totp_dipakai: bool) -> None:
    """Open a session under a new token, end the one that this browser had (SES-1), and commit."""
    before = find_sesi(str(session.get("_user_id", "")))
    token = actions.open_sesi(
        akun, alamat=_alamat(), perangkat=nama_perangkat(request.user_agent.string), totp=totp_dipakai
    )
    if before is not None:
        actions.end_sesi(before[0])
    db.session.commit()
    # Pages of the same person in other tabs stay usable after a session ran out: their token is still good.
    csrf = session.get("csrf_token") if before is not None and before[0].akun_id == akun.id else None
    session.clear()
    if csrf:
        session["csrf_token"] = csrf
    session["_user_id"] = token


@bp.route("/masuk/ulang", methods=["GET", "POST"])
@requires(Permission.AKUN_SENDIRI)
def confirm() -> ResponseReturnValue:
    """Prove again who one is before something weighty (AUT-7)."""
    form = UlangForm()
    akun = current_user.akun
    if form.accepts():
        with form.rules():
            tebakan = actions.begin_sign_in(akun.pengenal, alamat=_alamat())
            db.session.commit()
            cocok = actions.is_sandi(tebakan.hash, form.sandi.data)
            actions.finish_sign_in(tebakan, form.sandi.data, cocok=cocok, by=pelaku(), field="sandi")
            db.session.get_one(Sesi, current_user.sesi_id).segar_pada = now()
            waiting = tertunda.find_isian(akun.id) is not None and "next" not in request.args
            db.session.commit()
            return after_action(url_for("akun.resume") if waiting else safe_path(request.args.get("next")))
    return render_page("akun/ulang.html", form=form)


@bp.route("/masuk/lanjutkan", methods=["GET", "POST"])
@requires(Permission.AKUN_SENDIRI)
def resume() -> ResponseReturnValue:
    """What was typed when the session ran out: send it on, or drop it (CSR-2)."""
    isian = tertunda.find_isian(current_user.akun_id)
    if isian is None:
        return after_action(safe_path(None))
    if request.method == "POST":
        tertunda.drop_isian(current_user.akun_id)
        db.session.commit()
        # 307 repeats this very form, with its fields and its token, at the address it was meant for.
        return redirect(isian.jalur, 307)
    return render_page("akun/lanjutkan.html", isian=isian, kembali=safe_path(urlsplit(isian.jalur).path))


@bp.post("/masuk/lanjutkan/buang")
@requires(Permission.AKUN_SENDIRI)
def drop_isian() -> ResponseReturnValue:
    """Forget the form that was waiting."""
    form = TindakanForm()
    if form.accepts():
        tertunda.drop_isian(current_user.akun_id)
        db.session.commit()
    return after_action(safe_path(None), pesan="Isian yang tertunda sudah dibuang.")


# -- out --------------------------------------------------------------------------------------------------


@bp.post("/keluar")
@public
def sign_out() -> ResponseReturnValue:
    """End this session in all processes and forget what the browser kept (SES-3, HDR-2)."""
    if current_user.is_authenticated:
        actions.end_sesi(current_user.sesi)
        record(Peristiwa.KELUAR, by=pelaku(), objek=current_user.akun)
        db.session.commit()
    return leave("Anda sudah keluar.")


def leave(pesan: str) -> Response:
    """The browser forgets the session: new cookie, no cache, no storage."""
    session.clear()
    g.pop("_login_user", None)
    g.pop("pelaku", None)
    response = after_action(url_for("akun.sign_in"), pesan=pesan)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


# -- one-use link -----------------------------------------------------------------------------------------


@bp.route("/sandi", methods=["GET", "POST"])
@public
def choose_sandi() -> ResponseReturnValue:
    """Choose a password with the code of a link; the code stands behind ``#``, which browsers never send."""
    form = TautanForm()
    if form.accepts():
        with form.rules():
            actions.check_sandi(form.sandi.data)  # what nobody may choose costs neither a hash nor a try
            hash_baru = actions.hash_sandi(form.sandi.data)
            percobaan = actions.begin_try("tautan", _alamat(), alamat=_alamat(), batas_orang=False)
            db.session.commit()
            kode = form.kode.data if percobaan.boleh else ""
            actions.use_tautan(kode, form.sandi.data, hash_baru=hash_baru, by=_tamu())
            actions.forget_tries(percobaan)
            db.session.commit()
            return leave("Kata sandi sudah tersimpan. Masuklah dengan kata sandi baru itu.")
    return render_page("akun/sandi_tautan.html", form=form)


def _alamat() -> str:
    return request.remote_addr or ""


def _tamu() -> Pelaku:
    return Pelaku(akun_id=None, permintaan_id=request_id(), alamat=_alamat())


def _self(akun: Akun) -> Pelaku:
    return pelaku_of(akun, permintaan_id=request_id(), alamat=_alamat())
