// Written by tools/generate_types.py from tests/messages/golden/*.json; `make types` renews it.
import type * as messages from "../../ui/src/bridge/messages.gen";

export const accepted = {
  "id": 12,
  "type": "accepted"
} satisfies messages.Accepted;

export const cancelJob = {
  "job": 12,
  "type": "cancelJob"
} satisfies messages.CancelJob;

export const countTokens = {
  "model": "starter",
  "text": "a tent",
  "type": "countTokens"
} satisfies messages.CountTokens;

export const engineChanged = {
  "problem": {
    "code": "engine-lost",
    "message": "The engine stopped three times in five minutes; start it again."
  },
  "state": "starting",
  "type": "engineChanged"
} satisfies messages.EngineChanged;

export const exportPicture = {
  "path": "/home/ada/Desktop/lighthouse.png",
  "picture": 7,
  "type": "exportPicture"
} satisfies messages.ExportPicture;

export const generate = {
  "front": true,
  "priority": 1,
  "request": {
    "clipSkip": 1,
    "count": 2,
    "guidance": 6.5,
    "height": 192,
    "model": "starter",
    "negative": "rain",
    "prompt": "a lighthouse on the left, „Grüße“ 灯台 🌙 \\ \"quoted\"\nsecond line",
    "sampler": "dpmpp_2m",
    "schedule": "karras",
    "seed": 4294967296,
    "steps": 12,
    "width": 256
  },
  "type": "generate"
} satisfies messages.Generate;

export const getJob = {
  "job": 12,
  "type": "getJob"
} satisfies messages.GetJob;

export const getPicture = {
  "picture": 7,
  "type": "getPicture"
} satisfies messages.GetPicture;

export const getSnapshot = {
  "type": "getSnapshot"
} satisfies messages.GetSnapshot;

export const inspectPicture = {
  "path": "/home/ada/Downloads/postcard.png",
  "type": "inspectPicture"
} satisfies messages.InspectPicture;

export const inspectText = {
  "text": "a boat\nSteps: 20, Sampler: Euler a",
  "type": "inspectText"
} satisfies messages.InspectText;

export const jobChanged = {
  "job": 12,
  "row": {
    "attempt": 2,
    "created": "2026-11-20T18:29:00Z",
    "cut": true,
    "id": 12,
    "pictures": 1,
    "position": 1.5,
    "priority": 1,
    "problem": null,
    "request": {
      "clipSkip": 1,
      "count": 2,
      "guidance": 6.5,
      "height": 192,
      "model": "starter",
      "negative": "rain",
      "prompt": "a lighthouse on the left, „Grüße“ 灯台 🌙 \\ \"quoted\"\nsecond line…",
      "sampler": "dpmpp_2m",
      "schedule": "karras",
      "seed": 4294967296,
      "steps": 12,
      "width": 256
    },
    "skipped": 0,
    "state": "running"
  },
  "seq": 3,
  "type": "jobChanged"
} satisfies messages.JobChanged;

export const jobDetails = {
  "job": {
    "attempt": 2,
    "created": "2026-11-20T18:29:00Z",
    "cut": false,
    "id": 12,
    "pictures": 1,
    "position": 1.5,
    "priority": 1,
    "problem": null,
    "request": {
      "clipSkip": 1,
      "count": 2,
      "guidance": 6.5,
      "height": 192,
      "model": "starter",
      "negative": "rain",
      "prompt": "a lighthouse on the left, „Grüße“ 灯台 🌙 \\ \"quoted\"\nsecond line",
      "sampler": "dpmpp_2m",
      "schedule": "karras",
      "seed": 4294967296,
      "steps": 12,
      "width": 256
    },
    "skipped": 0,
    "state": "running"
  },
  "type": "jobDetails"
} satisfies messages.JobDetails;

export const jobProgressed = {
  "job": 12,
  "progress": {
    "count": 2,
    "doneBytes": 0,
    "index": 1,
    "phase": "sampling",
    "preview": "12-1-5",
    "secondsLeft": 0.875,
    "secondsPerStep": 0.125,
    "step": 5,
    "steps": 12,
    "totalBytes": 0
  },
  "seq": 8,
  "type": "jobProgressed"
} satisfies messages.JobProgressed;

export const jobRemoved = {
  "job": 11,
  "seq": 9,
  "type": "jobRemoved"
} satisfies messages.JobRemoved;

export const listModels = {
  "type": "listModels"
} satisfies messages.ListModels;

export const listPictures = {
  "before": 7,
  "limit": 50,
  "trashed": true,
  "type": "listPictures"
} satisfies messages.ListPictures;

export const modelList = {
  "models": [
    {
      "clipSkip": 1,
      "family": "starter",
      "guidance": 7.0,
      "height": 256,
      "id": "starter",
      "kind": "folder",
      "name": "Postcards",
      "problem": null,
      "sampler": "dpmpp_2m",
      "schedule": "karras",
      "sizeBytes": 39000000,
      "steps": 25,
      "width": 256
    },
    {
      "clipSkip": 1,
      "family": "",
      "guidance": 7.0,
      "height": 512,
      "id": "/home/ada/models/cut.safetensors",
      "kind": "file",
      "name": "cut",
      "problem": {
        "code": "model-unsafe",
        "message": "cut.safetensors ends after 12 bytes; download it again."
      },
      "sampler": "dpmpp_2m",
      "schedule": "karras",
      "sizeBytes": 12,
      "steps": 25,
      "width": 512
    }
  ],
  "type": "modelList"
} satisfies messages.ModelList;

export const moveJob = {
  "before": null,
  "job": 12,
  "type": "moveJob"
} satisfies messages.MoveJob;

export const pauseQueue = {
  "type": "pauseQueue"
} satisfies messages.PauseQueue;

export const pictureDetails = {
  "infotext": "a lighthouse\nNegative prompt: rain\nSteps: 12, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 4294967296, Size: 256x192",
  "picture": {
    "created": "2026-11-20T18:30:00Z",
    "cut": false,
    "file": "pictures/2026-11-20/12-1.png",
    "height": 192,
    "id": 7,
    "index": 1,
    "job": 12,
    "prompt": "a lighthouse on the left, „Grüße“ 灯台 🌙 \\ \"quoted\"\nsecond line",
    "seed": 4294967297,
    "trashed": false,
    "width": 256
  },
  "plan": {
    "clipSkip": 1,
    "family": "starter",
    "guidance": 6.5,
    "height": 192,
    "model": "starter",
    "modelHash": "9f86d081884c7d65",
    "negative": "rain",
    "noise": "cpu",
    "precision": "float32",
    "prompt": "a lighthouse on the left, „Grüße“ 灯台 🌙 \\ \"quoted\"\nsecond line",
    "sampler": "dpmpp_2m",
    "schedule": "karras",
    "seed": 4294967296,
    "steps": 12,
    "task": "textToImage",
    "version": 1,
    "width": 256
  },
  "type": "pictureDetails"
} satisfies messages.PictureDetails;

export const picturePage = {
  "pictures": [
    {
      "created": "2026-11-20T18:30:00Z",
      "cut": false,
      "file": "pictures/2026-11-20/12-1.png",
      "height": 192,
      "id": 7,
      "index": 1,
      "job": 12,
      "prompt": "a lighthouse on the left, „Grüße“ 灯台 🌙 \\ \"quoted\"\nsecond line",
      "seed": 4294967297,
      "trashed": false,
      "width": 256
    }
  ],
  "total": 1,
  "type": "picturePage"
} satisfies messages.PicturePage;

export const pictureSaved = {
  "job": 12,
  "picture": {
    "created": "2026-11-20T18:30:00Z",
    "cut": false,
    "file": "pictures/2026-11-20/12-1.png",
    "height": 192,
    "id": 7,
    "index": 1,
    "job": 12,
    "prompt": "a lighthouse on the left, „Grüße“ 灯台 🌙 \\ \"quoted\"\nsecond line",
    "seed": 4294967297,
    "trashed": false,
    "width": 256
  },
  "seq": 20,
  "type": "pictureSaved"
} satisfies messages.PictureSaved;

export const pictureSettings = {
  "notes": [
    "Sampler 'Euler c' is unknown; the model's own is used."
  ],
  "plan": null,
  "request": {
    "clipSkip": null,
    "count": 1,
    "guidance": null,
    "height": null,
    "model": null,
    "negative": "",
    "prompt": "a tent in the desert at night",
    "sampler": null,
    "schedule": null,
    "seed": null,
    "steps": null,
    "width": null
  },
  "source": "infotext",
  "type": "pictureSettings"
} satisfies messages.PictureSettings;

export const picturesChanged = {
  "pictures": [
    7,
    8
  ],
  "trashed": true,
  "type": "picturesChanged"
} satisfies messages.PicturesChanged;

export const queuePaused = {
  "paused": true,
  "type": "queuePaused"
} satisfies messages.QueuePaused;

export const refused = {
  "problem": {
    "code": "model-missing",
    "message": "Model 'sdxl' is not in the models folder; add it there or pick another."
  },
  "type": "refused"
} satisfies messages.Refused;

export const removeJob = {
  "job": 11,
  "type": "removeJob"
} satisfies messages.RemoveJob;

export const restorePictures = {
  "pictures": [
    7
  ],
  "type": "restorePictures"
} satisfies messages.RestorePictures;

export const resumeQueue = {
  "type": "resumeQueue"
} satisfies messages.ResumeQueue;

export const retryJob = {
  "job": 11,
  "type": "retryJob"
} satisfies messages.RetryJob;

export const saveSettings = {
  "settings": {
    "device": "cpu",
    "model": "starter",
    "modelFolders": [
      "/home/ada/models"
    ],
    "previewRate": 5,
    "previews": "linear",
    "theme": "dark"
  },
  "type": "saveSettings"
} satisfies messages.SaveSettings;

export const settingsChanged = {
  "settings": {
    "device": "cpu",
    "model": "starter",
    "modelFolders": [
      "/home/ada/models"
    ],
    "previewRate": 5,
    "previews": "linear",
    "theme": "dark"
  },
  "type": "settingsChanged"
} satisfies messages.SettingsChanged;

export const skipPicture = {
  "index": 2,
  "job": 7,
  "type": "skipPicture"
} satisfies messages.SkipPicture;

export const snapshot = {
  "home": "/home/ada/.local/share/darkroom",
  "jobs": [
    {
      "attempt": 3,
      "created": "2026-11-20T18:28:00Z",
      "cut": false,
      "id": 11,
      "pictures": 0,
      "position": 1.0,
      "priority": 0,
      "problem": {
        "code": "model-missing",
        "message": "Model 'sdxl' is not in the models folder; add it there or pick another."
      },
      "request": {
        "clipSkip": null,
        "count": 1,
        "guidance": null,
        "height": null,
        "model": null,
        "negative": "",
        "prompt": "a tent in the desert at night",
        "sampler": null,
        "schedule": null,
        "seed": null,
        "steps": null,
        "width": null
      },
      "skipped": 0,
      "state": "failed"
    },
    {
      "attempt": 2,
      "created": "2026-11-20T18:29:00Z",
      "cut": false,
      "id": 12,
      "pictures": 1,
      "position": 1.5,
      "priority": 1,
      "problem": null,
      "request": {
        "clipSkip": 1,
        "count": 2,
        "guidance": 6.5,
        "height": 192,
        "model": "starter",
        "negative": "rain",
        "prompt": "a lighthouse on the left, „Grüße“ 灯台 🌙 \\ \"quoted\"\nsecond line",
        "sampler": "dpmpp_2m",
        "schedule": "karras",
        "seed": 4294967296,
        "steps": 12,
        "width": 256
      },
      "skipped": 0,
      "state": "running"
    }
  ],
  "paused": false,
  "pictures": [
    {
      "created": "2026-11-20T18:30:00Z",
      "cut": false,
      "file": "pictures/2026-11-20/12-1.png",
      "height": 192,
      "id": 7,
      "index": 1,
      "job": 12,
      "prompt": "a lighthouse on the left, „Grüße“ 灯台 🌙 \\ \"quoted\"\nsecond line",
      "seed": 4294967297,
      "trashed": false,
      "width": 256
    }
  ],
  "problem": {
    "code": "disk-full",
    "message": "The disk is full: no room for 1.2 MB in /home/ada (0 kB free); free some space and try again."
  },
  "progress": {
    "12": {
      "count": 2,
      "doneBytes": 1048576,
      "index": 0,
      "phase": "loading",
      "preview": null,
      "secondsLeft": null,
      "secondsPerStep": null,
      "step": 0,
      "steps": 0,
      "totalBytes": 33554432
    }
  },
  "samplers": [
    "euler",
    "euler_ancestral",
    "heun",
    "dpmpp_2m",
    "ddim",
    "uni_pc",
    "lcm"
  ],
  "schedules": [
    "normal",
    "karras",
    "simple",
    "sgm_uniform",
    "exponential",
    "ddim_uniform"
  ],
  "settings": {
    "device": "cpu",
    "model": "starter",
    "modelFolders": [
      "/home/ada/models"
    ],
    "previewRate": 5,
    "previews": "linear",
    "theme": "dark"
  },
  "state": "working",
  "type": "snapshot",
  "version": "0.1.0"
} satisfies messages.Snapshot;

export const tokenCount = {
  "chunks": 2,
  "tokens": 81,
  "type": "tokenCount",
  "unknown": [
    "worn-paper"
  ]
} satisfies messages.TokenCount;

export const trashPictures = {
  "pictures": [
    7,
    8
  ],
  "type": "trashPictures"
} satisfies messages.TrashPictures;
