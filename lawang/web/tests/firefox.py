"""Firefox for tests, driven by its own Marionette protocol: a socket and JSON, no driver beside it.

Every message is its length in decimal, a colon, and [kind, number, command, parameters]; the answer carries the number.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FIREFOX = os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox") or ""
PREFERENCES = {
    "marionette.port": 0,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.disable_open_during_load": False,
    "intl.accept_languages": "id",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
}


class Failed(Exception):
    """Firefox answered with an error."""


class Firefox:
    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 120)
        self._file = self._socket.makefile("rb")
        self._number = 0
        self._read()  # it greets first
        self.ask(
            "WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"unhandledPromptBehavior": "accept"}}}
        )

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def _read(self) -> Any:
        length = b""
        while (one := self._file.read(1)) != b":":
            if not one:
                raise Failed("Firefox has ended")
            length += one
        return json.loads(self._file.read(int(length)))

    def ask(self, command: str, parameters: dict[str, Any] | None = None) -> Any:
        self._number += 1
        message = json.dumps([0, self._number, command, parameters or {}]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _kind, _number, error, result = self._read()
        if error:
            raise Failed(f"{command}: {error['error']}: {error['message']}")
        return result.get("value", result) if isinstance(result, dict) else result

    def open(self, url: str) -> None:
        self.ask("WebDriver:Navigate", {"url": url})

    def run(self, script: str, *args: Any) -> Any:
        """Return what `script`, the body of an async function, returns. It may use `arguments`."""
        wrapped = (
            "const done = arguments[arguments.length - 1];"
            f"(async function () {{ {script} }}).apply(null, arguments).then(done, (e) => done('failed: ' + e));"
        )
        return self.ask("WebDriver:ExecuteAsyncScript", {"script": wrapped, "args": list(args)})

    def _find(self, selector: str) -> str:
        found = self.ask("WebDriver:FindElement", {"using": "css selector", "value": selector})
        return str(next(iter(found.values())))

    def type(self, selector: str, text: str) -> None:
        self.ask("WebDriver:ElementSendKeys", {"id": self._find(selector), "text": text})

    def click(self, selector: str) -> None:
        self.ask("WebDriver:ElementClick", {"id": self._find(selector)})

    def until(self, script: str, *, seconds: float = 90) -> None:
        """Wait until the expression `script`, promises awaited, is true."""
        began = time.monotonic()
        while self.run(f"return Boolean(await ({script}));") is not True:
            if time.monotonic() - began > seconds:
                raise AssertionError(f"not true after {seconds} s: {script}")
            time.sleep(0.2)


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """Start Firefox without a window and with an empty profile."""
    profile.mkdir(parents=True, exist_ok=True)
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    with (profile / "log").open("wb") as log:
        process = subprocess.Popen(
            [FIREFOX, "--headless", "--marionette", "--no-remote", "--profile", str(profile)],
            stdout=log,
            stderr=log,
            env={**os.environ, "HOME": str(profile), "MOZ_CRASHREPORTER_DISABLE": "1"},
        )
        driven = None
        try:
            driven = Firefox(_port(profile))
            yield driven
        finally:
            if driven:
                driven.close()
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _port(profile: Path) -> int:
    """Return the port that Firefox has chosen and written into its profile."""
    for _while in range(600):
        if (told := profile / "MarionetteActivePort").exists() and (text := told.read_text().strip()):
            return int(text)
        time.sleep(0.1)
    raise AssertionError((profile / "log").read_text(errors="replace")[-2000:])
