"""The version that results carry."""

from importlib.metadata import PackageNotFoundError, version


def package_version() -> str:
    """The version of the installed distribution; `0+source` in a source tree that is not."""
    try:
        return version("zonefacts")
    except PackageNotFoundError:
        return "0+source"
