"""The renderer in a process of its own. It writes its calls and its messages into the file that its argument names."""

import sys
from pathlib import Path
from unittest import mock

from gpu_renderer.__main__ import main
from sutradhar import bootstrap
from tests.terraform.calls.recorder import Recorder

if __name__ == "__main__":
    recorder = Recorder("renderer")
    backend = recorder.wrap(bootstrap.backend())
    with mock.patch.object(bootstrap, "backend", return_value=backend):
        code = main()
    recorder.save(Path(sys.argv[1]))
    sys.exit(code)
