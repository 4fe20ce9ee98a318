from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """An answer of the service. Fields that a newer service adds are kept."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, protected_namespaces=())
