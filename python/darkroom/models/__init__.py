"""Model files: what is on disk, whether it is safe, and how it gets into memory."""

import os

# The libraries below read these once, when they are imported, and everything that imports them comes through here.
# Nothing of ours calls a function that downloads; this is the second lock on that door.
os.environ.update(
    {
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        "DIFFUSERS_DISABLE_REMOTE_CODE": "1",
        "DO_NOT_TRACK": "1",
        "USE_HUB_KERNELS": "NO",
    }
)
