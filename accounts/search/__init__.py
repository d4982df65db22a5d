"""Search everywhere: accounts and their people here, pages and actions, and what higher floors register.

registry    what can be searched, and one thing that was found
find        asks every source, in one transaction
accounts, contacts, places    the sources of this floor
"""
