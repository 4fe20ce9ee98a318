"""LangGraph's long-term memory (`BaseStore`) in a mneme service. Needs `pip install "mneme-client[langgraph]"`."""

from ._store import MnemeStore

__all__ = ["MnemeStore"]
