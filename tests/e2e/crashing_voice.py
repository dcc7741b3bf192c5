"""`sutradhar` on a machine where espeak-ng's process dies of a segmentation fault, whatever it is to say."""

from pathlib import Path
from tempfile import TemporaryDirectory

from functions import cli
from sutradhar.providers.offline import espeak_ng

if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        child = Path(folder) / "child.py"
        child.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
        espeak_ng._WORKER = child
        cli.main()
