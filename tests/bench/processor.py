"""Processor time of a command, for the other scripts here."""

import os
import subprocess
import sys


def cpu(command, environment, cwd, given, entry):
    """Runs a command to its end, with `given` on its standard input by way of the file `entry`. Returns its processor time
    and that of all that it waited for, in milliseconds."""
    entry.write_text(given)
    with open(entry) as source, open(os.devnull, "w") as nowhere:
        child = subprocess.Popen([str(part) for part in command], env=environment, cwd=cwd, stdin=source, stdout=nowhere, stderr=subprocess.PIPE)
        said = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{command}: {said.decode()}")
    return (usage.ru_utime + usage.ru_stime) * 1000
