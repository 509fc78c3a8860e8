"""One's own account: devices, password, second factor."""

from __future__ import annotations

import uuid

from flask import Blueprint, make_response, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from rentan.akun import actions, kelola, totp
from rentan.akun.forms import KodeForm, SandiForm, TindakanForm
from rentan.akun.models import Akun, Sesi
from rentan.akun.pengguna import is_over
from rentan.akun.queries import list_sesi, needs_totp
from rentan.akun.views import check_kode, leave, renew_session
from rentan.core.audit import Peristiwa, record
from rentan.core.errors import NotFound
from rentan.core.permissions import Permission
from rentan.core.qr import qr_svg
from rentan.ext import db
from rentan.web.access import fresh, pelaku, requires
from rentan.web.page import after_action, render_page

bp = Blueprint("akun_sendiri", __name__, url_prefix="/akun")
SENDIRI = requires(Permission.AKUN_SENDIRI)


def _akun() -> Akun:
    """The own account in the transaction of now (a refused form has rolled the first one back)."""
    return db.session.get_one(Akun, current_user.akun_id)


@bp.get("")
@SENDIRI
def index() -> ResponseReturnValue:
    """Who am I here, where am I signed in, and what protects the account."""
    living = [sesi for sesi in list_sesi(current_user.akun_id) if not is_over(sesi, pelaku())]
    return render_page(
        "akun/saya.html",
        akun=_akun(),
        daftar_sesi=living,
        sesi_ini=current_user.sesi_id,
        kunci=str(uuid.uuid4()),
    )


@bp.post("/keluar-semua")
@SENDIRI
def sign_out_everywhere() -> ResponseReturnValue:
    """Every device is out, this one too."""
    kelola.sign_out_everywhere(_akun(), by=pelaku())
    db.session.commit()
    return leave("Anda sudah keluar dari semua perangkat.")


@bp.post("/sesi/<uuid:sesi_id>/akhiri")
@SENDIRI
def end_sesi(sesi_id: uuid.UUID) -> ResponseReturnValue:
    """One other device is out."""
    sesi = db.session.get(Sesi, sesi_id)
    if sesi is None or sesi.akun_id != current_user.akun_id:
        raise NotFound
    actions.end_sesi(sesi)
    record(Peristiwa.KELUAR, by=pelaku(), objek=_akun(), perangkat_lain=True)
    db.session.commit()
    return after_action(url_for(".index"), pesan="Perangkat itu sudah dikeluarkan.")


@bp.route("/sandi", methods=["GET", "POST"])
@SENDIRI
def change_sandi() -> ResponseReturnValue:
    """Change the password; all devices are out, this one goes on under a new session."""
    form = SandiForm()
    if form.accepts():
        with form.rules():
            # Before the old one is tried: five weak wishes are not five wrong passwords.
            actions.check_sandi(
                form.sandi_baru.data,
                pribadi=(current_user.akun.nama, current_user.akun.pengenal),
                field="sandi_baru",
            )
            hash_baru = actions.hash_sandi(form.sandi_baru.data)
            tebakan = actions.begin_sign_in(current_user.akun.pengenal, alamat=pelaku().alamat)
            db.session.commit()
            cocok = actions.is_sandi(tebakan.hash, form.sandi_lama.data)
            lama = form.sandi_lama.data
            akun = actions.finish_sign_in(tebakan, lama, cocok=cocok, by=pelaku(), field="sandi_lama")
            actions.change_sandi(akun, form.sandi_baru.data, hash_baru=hash_baru, by=pelaku())
            renew_session(akun, totp_dipakai=current_user.sesi.totp_pada is not None)
            return after_action(
                url_for(".index"), pesan="Kata sandi sudah diganti. Perangkat lain sudah dikeluarkan."
            )
    return render_page("akun/sandi.html", form=form)


@bp.route("/pengaman", methods=["GET", "POST"])
@SENDIRI
@fresh
def totp_page() -> ResponseReturnValue:
    """Set up the second factor: scan, then type the first code."""
    akun, form = _akun(), KodeForm()
    if form.accepts():
        with form.rules():
            codes = _activate(akun, form.kode.data)
            return render_page("akun/pemulihan.html", codes=codes, galat=False)
    akun = _akun()
    seed = totp.totp_seed(akun) if akun.totp_enc is not None and akun.totp_aktif_pada is None else None
    return render_page(
        "akun/pengaman.html",
        form=form,
        akun=akun,
        seed=seed,
        wajib=needs_totp(pelaku().peran),
        sisa=totp.count_pemulihan(akun),
    )


def _activate(akun: Akun, kode: str) -> list[str]:
    """Switch the factor on; the session goes on under a new token (SES-1)."""
    percobaan = actions.begin_try("kode", str(akun.id), alamat=pelaku().alamat)
    db.session.commit()
    codes = totp.activate_totp(akun, kode if percobaan.boleh else "", by=pelaku())
    actions.forget_tries(percobaan)
    renew_session(akun, totp_dipakai=True)
    return codes


@bp.post("/pengaman/mulai")
@SENDIRI
@fresh
def start_totp() -> ResponseReturnValue:
    """Make the seed that the QR code shows."""
    form = TindakanForm()
    if form.accepts():
        totp.start_totp(_akun())
        db.session.commit()
    return after_action(url_for(".totp_page"))


@bp.get("/pengaman/qr.svg")
@SENDIRI
@fresh
def qr_totp() -> ResponseReturnValue:
    """The QR code for the phone, only while the factor is being set up."""
    akun = _akun()
    if akun.totp_enc is None or akun.totp_aktif_pada is not None:
        raise NotFound
    response = make_response(qr_svg(totp.totp_uri(akun)))
    response.headers["Content-Type"] = "image/svg+xml"
    return response


@bp.route("/pengaman/lepas", methods=["GET", "POST"])
@SENDIRI
@fresh
def remove_totp() -> ResponseReturnValue:
    """Take the second factor off, for a new phone: needs a code of the old one, or a recovery code."""
    form = KodeForm()
    if form.accepts():
        with form.rules():
            akun = check_kode(_akun(), form.kode.data, by=pelaku())
            totp.reset_totp(akun, by=pelaku())
            actions.end_sesi_of(akun)
            renew_session(akun, totp_dipakai=False)
            return after_action(
                url_for(".totp_page"),
                pesan="Kode pengaman sudah dilepas. Anda dapat memasangnya di ponsel baru.",
            )
    return render_page("akun/lepas.html", form=form)


@bp.route("/pengaman/pemulihan", methods=["GET", "POST"])
@SENDIRI
@fresh
def renew_pemulihan() -> ResponseReturnValue:
    """Ten new recovery codes in place of the old ones."""
    akun = _akun()
    if akun.totp_aktif_pada is None:
        raise NotFound
    form = TindakanForm()
    if form.accepts():
        codes = totp.renew_pemulihan(akun, by=pelaku())
        db.session.commit()
        return render_page("akun/pemulihan.html", codes=codes)
    return render_page("akun/pemulihan_baru.html", form=form, sisa=totp.count_pemulihan(akun))
