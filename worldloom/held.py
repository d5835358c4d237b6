"""The settings with which a run was held, for commands that hold or run again what it holds."""

from pydantic import ValidationError

from actors.plan import RunSettings
from domain.errors import SettingError
from projections.errors import FolderError
from projections.folder import RunFolder


def run_settings(folder: RunFolder) -> RunSettings:
    """Settings of a run that was generated.

    Raises:
        SettingError: The folder holds imported transcripts.
        FolderError: Its manifest is damaged.
    """
    settings = folder.settings()
    if "imports" in settings:
        raise SettingError(f"{folder.path} holds imported transcripts, which no models of ours held; name the folder of a generated run")
    try:
        return RunSettings.model_validate(settings)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise FolderError(f"{folder.manifest} is damaged (settings: {where}: {first['msg']}); restore it from a copy") from error
