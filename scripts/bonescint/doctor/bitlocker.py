"""Whether Windows encrypts a drive, asked from WSL. This has not been tried on Windows."""

import os
import re
import shutil
import subprocess

_POWERSHELL = "/mnt/c/Windows/System32/WindowsPowerShell/v1.0/powershell.exe"
_PATIENCE = 20.0  # s until PowerShell has started
# the state that Explorer shows as a lock; no administrator is needed, unlike for
# Get-BitLockerVolume and manage-bde
_ASKED = (
    "(New-Object -ComObject Shell.Application).NameSpace($drive + ':').Self"
    ".ExtendedProperty('System.Volume.BitLockerProtection')"
)
# the drive that holds the disk of this Linux as a file
_OWN = (
    r"$drive = ((Get-ItemProperty 'HKCU:\Software\Microsoft\Windows\CurrentVersion\Lxss\*' |"
    r" Where-Object DistributionName -eq '{name}').BasePath -replace '^\\\\\?\\','').Substring(0,1)"
)
_ANSWERS = {"1": "bitlocker", "2": "bitlocker_off"} | dict.fromkeys(
    "345",
    "bitlocker_partly",  # being encrypted, being decrypted, suspended
)


def protection(drive: str | None) -> str:
    """Return whether BitLocker encrypts a drive, as the key of a finding.

    None is the drive on which this Linux itself lies.
    """
    shell = shutil.which("powershell.exe") or _POWERSHELL
    if drive is None:
        name = os.environ.get("WSL_DISTRO_NAME", "")
        if not re.fullmatch(r"[\w. -]+", name):
            return "bitlocker_untold"
        found = _OWN.replace("{name}", name)
    elif re.fullmatch("[A-Za-z]", drive):
        found = f"$drive = '{drive}'"
    else:
        return "bitlocker_untold"
    command = [shell, "-NoProfile", "-NonInteractive", "-Command", f"{found}; {_ASKED}"]
    try:
        done = subprocess.run(  # noqa: S603
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return "bitlocker_untold"
    answer = done.stdout.decode("ascii", "replace").strip()
    return _ANSWERS.get(answer, "bitlocker_untold")
