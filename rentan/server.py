"""The production server: waitress with our limits (OPS-3) and a stop that finishes what was begun (OPS-1).

Waitress's own ``run`` answers SIGTERM by cancelling queued work and leaving unsent answers in their buffers.
So the loop is driven here: close the door, keep turning until every running request is answered, then end.
"""

from __future__ import annotations

import errno
import logging
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from waitress import create_server, wasyncore  # type: ignore[import-untyped]
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.server import BaseWSGIServer  # type: ignore[import-untyped]
from waitress.task import ErrorTask  # type: ignore[import-untyped]

from rentan.web.security import HEADERS

logger = logging.getLogger("rentan.server")

BODY_MAX = 101 * 1024 * 1024  # bytes; the application sets lower limits per page (STACK_BYTES is the highest)
HEADER_MAX = 16 * 1024  # bytes
THREADS = 8  # slow pages of a few people must not hold up the others
CONNECTIONS = 1_000
IDLE_SECONDS = 60  # a connection without traffic is closed
WAITING_MAX = 64  # connections still accepted when the stop arrives, one per turn of the loop
STOP_SECONDS = 25  # for running requests; with the caller's own clean-up it stays under 30 (OPS-1)

_ERROR_TEXT = {
    "400": "Permintaan tidak dapat dibaca. Muat ulang halaman lalu coba lagi.",
    "413": "Berkas atau isian terlalu besar. Perkecil lalu kirim lagi.",
    "431": "Alamat atau kuki terlalu panjang. Hapus kuki situs ini lalu coba lagi.",
}
_ERROR_HEADERS = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Cache-Control", "no-store"),
    *HEADERS.items(),
]


class StartError(RuntimeError):
    """The server cannot listen; the message is a sentence for the operator."""


class _ErrorTask(ErrorTask):
    """What waitress refuses before the application sees it: our words and the usual headers (HDR-1)."""

    def execute(self) -> None:
        self.status, _headers, _body = self.request.error.to_response(None)
        text = _ERROR_TEXT.get(self.status[:3], "Permintaan tidak dapat dilayani. Coba lagi sebentar lagi.")
        body = text.encode()
        self.response_headers.extend(_ERROR_HEADERS)
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):
    error_task_class = _ErrorTask

    @property
    def busy(self) -> bool:
        """A request is being received, worked on, or its answer is not wholly sent."""
        return bool(self.requests or self.request is not None or self.total_outbufs_len)


def serve(
    app: Callable[..., Any],
    host: str,
    port: int,
    *,
    proxy_count: int = 0,
    on_ready: Callable[[str], None] | None = None,
    on_stop: Callable[[], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish running requests within ``STOP_SECONDS`` and return.

    ``on_ready`` gets the address once the port is open; ``on_stop`` runs after the last answer. With a proxy
    in front (``proxy_count``) its ``X-Forwarded-*`` headers are left for the application's ``ProxyFix``;
    without one they are removed, because only a client can have sent them (HST-1).

    Raises :class:`StartError` when the port cannot be opened.
    """
    channels: dict[int, Any] = {}
    try:
        server = create_server(
            app,
            map=channels,
            host=host,
            port=port,
            threads=THREADS,
            connection_limit=CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            max_request_body_size=BODY_MAX,
            max_request_header_size=HEADER_MAX,
            ident=None,
            clear_untrusted_proxy_headers=proxy_count == 0,
            log_socket_errors=False,
            asyncore_use_poll=True,
        )
    except OSError as error:
        raise StartError(_why_not(error, host, port)) from error
    listeners = [one for one in channels.values() if isinstance(one, BaseWSGIServer)]
    for listener in listeners:
        listener.channel_class = _Channel
    stopping = _catch_signals(listeners)
    if on_ready:
        on_ready(f"http://{host}:{listeners[0].effective_port}")
    while not stopping:
        wasyncore.loop(timeout=1, use_poll=True, map=channels, count=1)
    _finish(channels, listeners)
    server.task_dispatcher.shutdown(cancel_pending=True, timeout=1)
    if on_stop:
        on_stop()


def _catch_signals(listeners: list[Any]) -> list[int]:
    """The returned list stays empty until a signal asks to stop. A second signal ends the process at once."""
    received: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        listeners[0].pull_trigger()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return received


def _finish(channels: dict[int, Any], listeners: list[Any]) -> None:
    """Take what already knocks, close the door, answer what runs, and leave."""
    deadline = time.monotonic() + STOP_SECONDS
    for _ in range(WAITING_MAX):
        wasyncore.loop(timeout=0, use_poll=True, map=channels, count=1)
    for listener in listeners:
        # Only the listening socket: the trigger beside it still wakes the loop for finished answers.
        wasyncore.dispatcher.close(listener)
    while open_now := [one for one in channels.values() if isinstance(one, _Channel)]:
        if time.monotonic() > deadline:
            logger.warning("berhenti dengan %d permintaan belum selesai", len(open_now))
            return
        for channel in open_now:
            if not channel.busy:
                channel.will_close = True
        wasyncore.loop(timeout=0.2, use_poll=True, map=channels, count=1)


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} sedang dipakai program lain. Hentikan program itu atau isi RENTAN_PORT."
    if error.errno == errno.EACCES:
        return f"Port {port} memerlukan hak khusus. Isi RENTAN_PORT dengan 1024 atau lebih."
    return f"Alamat {host}:{port} tidak dapat dibuka. Periksa RENTAN_HOST dan RENTAN_PORT."
