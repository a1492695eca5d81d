"""A headless Chromium driven by its own protocol: keys, clicks, what is on the page, pictures."""

import base64
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PROGRAMS = "chromium", "chromium-browser", "google-chrome"
PROGRAM = next(filter(None, map(shutil.which, _PROGRAMS)), "")
_NAMED = {"Enter": 13, "Escape": 27, "ArrowRight": 39, "ArrowLeft": 37, "PageDown": 34, "Tab": 9}
_WAIT = 30


class Browser:
    """One page of a running browser.

    Parameters
    ----------
    address
        Of its web socket, ``ws://127.0.0.1:PORT/PATH``.
    """

    def __init__(self, address: str) -> None:
        host, port, path = re.fullmatch(r"ws://([^:]+):(\d+)(/.*)", address).groups()
        self._socket = socket.create_connection((host, int(port)), _WAIT)
        self._stream = self._socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        while self._stream.readline().strip():
            pass
        self._number = 0
        self.messages: list[dict[str, Any]] = []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its answer; what the browser tells meanwhile is kept."""
        self._number += 1
        self._send(json.dumps({"id": self._number, "method": method, "params": params}).encode())
        while True:
            message = json.loads(self._receive())
            if message.get("id") == self._number:
                assert "error" not in message, message["error"]
                return message["result"]
            self.messages.append(message)

    def open(self, page: Path, fragment: str = "") -> None:
        """Open a file and wait until it is there."""
        self.messages.clear()
        self.ask("Page.navigate", url=page.resolve().as_uri() + fragment)
        self.loaded()

    def reload(self) -> None:
        self.value("window.before = true")
        self.ask("Page.reload")
        self.wait("!window.before")
        self.loaded()

    def loaded(self) -> None:
        self.wait("document.readyState === 'complete' && !!window.review")

    def value(self, expression: str) -> Any:
        """Return what an expression of JavaScript is worth."""
        result = self.ask(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until a condition holds."""
        until = time.monotonic() + _WAIT
        while True:
            try:
                if self.value(condition):
                    return
            except AssertionError:
                pass  # between two pages
            assert time.monotonic() < until, condition
            time.sleep(0.02)

    def press(self, key: str) -> None:
        """Press and let go a key, as a person does."""
        text = {"text": "\r"} if key == "Enter" else {"text": key} if len(key) == 1 else {}
        code = _NAMED.get(key) or ord(key.upper())
        for kind in ("keyDown", "keyUp"):
            more = text if kind == "keyDown" else {}
            self.ask(
                "Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **more
            )

    def type(self, text: str) -> None:
        self.ask("Input.insertText", text=text)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Draw with the left button of the mouse."""
        places = [("mousePressed", start), ("mouseMoved", end), ("mouseReleased", end)]
        for kind, (x, y) in places:
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left",
                     buttons=0 if kind == "mouseReleased" else 1, clickCount=1)  # fmt: skip

    def resize(self, width: int, height: int = 900) -> None:
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=False)  # fmt: skip

    def picture(self, path: Path) -> None:
        """Write what is on the screen as a PNG."""
        path.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot")["data"]))

    def downloads_to(self, folder: Path) -> None:
        self.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))

    def _send(self, data: bytes) -> None:
        size = len(data)
        if size < 126:
            head = struct.pack(">BB", 0x81, 0x80 | size)
        elif size < 1 << 16:
            head = struct.pack(">BBH", 0x81, 0xFE, size)
        else:
            head = struct.pack(">BBQ", 0x81, 0xFF, size)
        # masked with zeros
        self._socket.sendall(head + bytes(4) + data)

    def _receive(self) -> bytes:
        parts = b""
        while True:
            first, second = self._stream.read(2)
            size = second & 0x7F
            if size == 126:
                (size,) = struct.unpack(">H", self._stream.read(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", self._stream.read(8))
            data = self._stream.read(size)
            if first & 0x0F in (0, 1, 2):
                parts += data
                if first & 0x80:
                    return parts


@contextmanager
def chromium(folder: Path, width: int = 1280, height: int = 900) -> Iterator[Browser]:
    """Start a browser with a profile of its own in a folder, and end it.

    Parameters
    ----------
    folder
        For its profile.
    width, height
        Of the window.
    """
    profile = folder / "profile"
    command = [
        PROGRAM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
        "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank",
    ]  # fmt: skip
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port = profile / "DevToolsActivePort"
        until = time.monotonic() + _WAIT
        while not port.exists() or not port.read_text().strip():
            assert running.poll() is None and time.monotonic() < until, "no browser"
            time.sleep(0.05)
        number = port.read_text().split()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{number}/json") as answer:
            page = next(one for one in json.load(answer) if one["type"] == "page")
        browser = Browser(page["webSocketDebuggerUrl"])
        browser.resize(width, height)
        yield browser
        browser.ask("Browser.close")
        running.wait(_WAIT)
    finally:
        running.kill()
        running.wait()
