"""One module a family of rows: each gives the lines of the table that it measures at one company."""
