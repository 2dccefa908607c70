"""How other programs write a sampler and its schedule, as tables.

Until 2024 the schedule was part of the sampler's name ("DPM++ 2M Karras"); since then it stands beside it
("Schedule type: Karras"). Names are compared in lower case, with spaces for underscores.
"""

from collections.abc import Mapping

from darkroom.messages import Sampler, Schedule

INFOTEXT_SAMPLER: Mapping[Sampler, str] = {
    Sampler.EULER: "Euler",
    Sampler.EULER_ANCESTRAL: "Euler a",
    Sampler.HEUN: "Heun",
    Sampler.DPMPP_2M: "DPM++ 2M",
    Sampler.DDIM: "DDIM",
    Sampler.UNI_PC: "UniPC",
    Sampler.LCM: "LCM",
}

INFOTEXT_SCHEDULE: Mapping[Schedule, str] = {
    Schedule.NORMAL: "Normal",
    Schedule.KARRAS: "Karras",
    Schedule.SIMPLE: "Simple",
    Schedule.SGM_UNIFORM: "SGM Uniform",
    Schedule.EXPONENTIAL: "Exponential",
    Schedule.DDIM_UNIFORM: "DDIM",
}

_SAMPLERS: Mapping[str, Sampler] = {
    "euler": Sampler.EULER,
    "euler a": Sampler.EULER_ANCESTRAL,
    "euler ancestral": Sampler.EULER_ANCESTRAL,
    "heun": Sampler.HEUN,
    "dpm++ 2m": Sampler.DPMPP_2M,
    "dpmpp 2m": Sampler.DPMPP_2M,
    "ddim": Sampler.DDIM,
    "unipc": Sampler.UNI_PC,
    "uni pc": Sampler.UNI_PC,
    "lcm": Sampler.LCM,
}

_SCHEDULES: Mapping[str, Schedule] = {
    "normal": Schedule.NORMAL,
    "uniform": Schedule.NORMAL,
    "karras": Schedule.KARRAS,
    "simple": Schedule.SIMPLE,
    "sgm uniform": Schedule.SGM_UNIFORM,
    "exponential": Schedule.EXPONENTIAL,
    "ddim": Schedule.DDIM_UNIFORM,
    "ddim uniform": Schedule.DDIM_UNIFORM,
}

# What "Schedule type: Automatic" means for a sampler.
_AUTOMATIC: Mapping[Sampler, Schedule] = {
    Sampler.EULER: Schedule.NORMAL,
    Sampler.EULER_ANCESTRAL: Schedule.NORMAL,
    Sampler.HEUN: Schedule.NORMAL,
    Sampler.DPMPP_2M: Schedule.KARRAS,
    Sampler.DDIM: Schedule.DDIM_UNIFORM,
    Sampler.UNI_PC: Schedule.NORMAL,
}

# What a name without any schedule meant while the schedule was part of the name.
_UNNAMED: Mapping[Sampler, Schedule] = {**_AUTOMATIC, Sampler.DPMPP_2M: Schedule.NORMAL}


def sampler_named(name: str, schedule: str | None) -> tuple[Sampler | None, Schedule | None]:
    """Our names for an infotext's sampler and, where it has one, "Schedule type". What is unknown is `None`."""
    plain = _plain(name).removeprefix("k ")
    sampler = _SAMPLERS.get(plain)
    suffix = None
    if sampler is None:
        sampler, suffix = _with_suffix(plain)
    if schedule is not None:
        return sampler, schedule_named(schedule, sampler)
    if suffix is not None or sampler is None:
        return sampler, suffix
    return sampler, _UNNAMED.get(sampler)


def schedule_named(name: str, sampler: Sampler | None) -> Schedule | None:
    """Our name for a schedule; "Automatic" depends on the sampler."""
    plain = _plain(name)
    if plain == "automatic":
        return _AUTOMATIC.get(sampler) if sampler is not None else None
    return _SCHEDULES.get(plain)


def _with_suffix(plain: str) -> tuple[Sampler | None, Schedule | None]:
    # The longest name first: "SGM Uniform" ends like "Uniform".
    for words in sorted(_SCHEDULES, key=len, reverse=True):
        head = plain.removesuffix(f" {words}")
        if head != plain:
            return _SAMPLERS.get(head), _SCHEDULES[words]
    return None, None


def _plain(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").split())
