"""What the fields of this app say about people (kam/core/personal.py)."""

from kam.core.personal import internal, personal, secret

personal("people.User", "email name timezone morning_mail last_login")
internal("people.User", "is_active is_admin is_integration first_steps_done created_at")
internal("people.Team", "name parent")
internal("people.Membership", "user team role")
internal("people.Skill", "name")
personal("people.UserSkill", "user skill")
internal("people.Invitation", "user site created_at created_by expires_at ended_at")
personal("people.ApiToken", "label last_used_at")
internal("people.ApiToken", "user prefix scopes created_at expires_at revoked_at")
personal("people.FactorRemoval", "reason")
internal("people.FactorRemoval", "user removed_by removed_at")
secret("people.User", "password")
secret("people.ApiToken", "digest")
