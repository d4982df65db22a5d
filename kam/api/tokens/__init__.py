"""The page of API tokens: on this floor, because only the API knows which scopes there are."""
