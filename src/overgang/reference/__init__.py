"""The embedded modern side: the modernised services on SQLite, for trying, testing and comparing.

It stores, keeps registrations whole and answers with the documented numbers. Who may do what, code values and dates of
rules are the gateway's; nothing here is imported by what runs in production.
"""

from overgang.reference.app import create_app
from overgang.reference.citizens import Citizen, Initial, load_citizens
from overgang.reference.store import Store

__all__ = ["Citizen", "Initial", "Store", "create_app", "load_citizens"]
