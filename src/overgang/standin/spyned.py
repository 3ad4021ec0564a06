"""The one door to spyne; importing it where spyne can't be imported raises StandinUnavailable.

spyne's copy of six leaves a finder of an old kind behind, about which Python warns at every later import of anything.
It has done its work once spyne is imported.
"""

import sys
import warnings

from overgang.standin import NEEDED, StandinUnavailable

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from spyne import Application, Boolean, ComplexModel, Fault, Integer, Service, Unicode, XmlAttribute, rpc
        from spyne.context import MethodContext
        from spyne.protocol.soap import Soap11, Soap12
        from spyne.server import ServerBase
except ImportError as missing:  # on Python 3.12 and later it is one of spyne's own modules that is not found
    raise StandinUnavailable(f"{NEEDED}: {missing.name or 'spyne'} can't be imported") from missing

sys.meta_path[:] = [each for each in sys.meta_path if type(each).__name__ != "_SixMetaPathImporter"]

__all__ = [
    "Application",
    "Boolean",
    "ComplexModel",
    "Fault",
    "Integer",
    "MethodContext",
    "ServerBase",
    "Service",
    "Soap11",
    "Soap12",
    "Unicode",
    "XmlAttribute",
    "rpc",
]
