# Names come from outside: whoever may create an app chooses one. Control and
# format characters (escape sequences of a terminal, U+202E, line separators) are
# replaced in outputs, messages and report. What looks like HTML stays as it is:
# the report shows every text as text.

locals {
  unprintable = "[\\p{C}\\p{Zl}\\p{Zp}]"

  # One look at all texts together, since there is hardly ever anything to clean:
  # a key has all texts of a process. JSON escapes some of the characters.
  unclean = can(regex("${local.unprintable}|\\\\([bfnrt]|u00[01]|u202[89])", jsonencode(keys(local.as_read))))
  cleaned = {
    for key, p in local.as_read : key => merge(try(local.deploying[key], p), {
      for name in ["organization", "space", "app", "type", "guid"] : name => replace(p[name], "/${local.unprintable}/", "\uFFFD")
    }) if local.unclean ? can(regex(local.unprintable, key)) : false
  }
}
