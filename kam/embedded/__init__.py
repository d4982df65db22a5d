"""PostgreSQL, Valkey and kam's own processes as children of one small supervisor.

`python -m kam.embedded run` is what `make run` calls; `python -m kam.embedded exec -- CMD…` runs a command on
throwaway servers and is what `make test` calls. Nothing here imports the app: the app is started, never loaded.

For tests that need real servers to kill, see `kam.embedded.postgres.Postgres`, `kam.embedded.valkey.Valkey` and
`kam.embedded.throwaway.Throwaway`.
"""
