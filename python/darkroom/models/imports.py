"""Importing torch, diffusers and transformers in one narrow, fixed order, without the parts that Darkroom never runs.

Two thirds of the time of a plain import go into torch's compiler (for decorators that only mark functions), the
classes of all model families, and scipy. Those packages are put in place hollow: what lies below them can be imported,
and their own code runs when somebody first asks them for a name. Nothing is missing afterwards, it only comes later.
"""

import importlib.util
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

MARKS = ("allow_in_graph", "assume_constant_result", "disable")
"""The compiler's decorators that only say how to compile a function; without a compiler they change nothing."""

COMPILER = "torch._dynamo"
HOLLOW: Mapping[str, Mapping[str, Callable[..., Any]]] = {
    COMPILER: {mark: lambda function=None, *_, **__: function or _same for mark in MARKS},
    "scipy.optimize": {
        "linear_sum_assignment": lambda *given, **named: _optimize().linear_sum_assignment(*given, **named)
    },
    "scipy.stats": {},
    "scipy.integrate": {},
    "diffusers.models.transformers": {},
    "diffusers.models.autoencoders": {},
    "diffusers.models.unets": {},
}
"""Packages and what stands in, during the import, for the names that are taken out of them."""

ORDER = (
    "diffusers.models.unets.unet_2d_condition",
    "diffusers.models.autoencoders.autoencoder_kl",
    "diffusers.models.autoencoders.autoencoder_tiny",
    "diffusers.loaders.single_file_utils",
    "transformers.models.clip.modeling_clip",
)


class _Hollow(ModuleType):
    """A package whose own code has not run yet."""

    __spec__: ModuleSpec  # pyright: ignore[reportIncompatibleVariableOverride]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the package has
        # Python's own questions about a module are no reason to run it.
        if name.startswith("__"):
            raise AttributeError(name)
        self.__class__ = ModuleType  # pyright: ignore[reportAttributeAccessIssue]
        assert self.__spec__.loader is not None
        self.__spec__.loader.exec_module(self)
        return getattr(self, name)


def import_networks() -> None:
    """Import what the tasks need of torch, diffusers and transformers. On the thread that will use it.

    Before anything else imports diffusers: what is there already stays as it is.
    """
    import_module("torch")
    hollowed = [(_hollowed(package, names), names) for package, names in HOLLOW.items()]
    for name in ORDER:
        import_module(name)
    for module, names in hollowed:
        if isinstance(module, _Hollow):
            for name in names:
                delattr(module, name)
    # Its parts import each other in circles that close only when the package itself comes first.
    if isinstance(sys.modules.get(COMPILER), _Hollow):
        del sys.modules[COMPILER]
        delattr(sys.modules["torch"], "_dynamo")


def _hollowed(name: str, names: Mapping[str, object]) -> ModuleType | None:
    """The package in place with `names` for its own code; None if that has run already or there is no such package."""
    if name in sys.modules or (spec := importlib.util.find_spec(name)) is None:
        return None
    module = _Hollow(name)
    module.__spec__ = spec
    module.__loader__ = spec.loader
    module.__file__ = spec.origin
    module.__package__ = name
    module.__path__ = list(spec.submodule_search_locations or ())
    vars(module).update(names)
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    setattr(sys.modules[parent], child, module)
    return module


def _same(function: Any) -> Any:  # noqa: ANN401 - a decorator of anything
    return function


def _optimize() -> Any:  # noqa: ANN401 - a module
    return import_module("scipy.optimize")
