[ -x "$learn_python" ] && [ -d "$learn_home/learn_core" ] || learn_python=
if may_be_a_plan; then
  [ "$learn_python" ] || (echo "learn-hook:" @python@ "or $learn_home is gone;" \
    "install learn-hook and run learn-hook install again, or learn-hook uninstall" >&2)
elif [ ! -f "$common/learn-hook/schedule" ]; then
  exit 0
fi
[ "$learn_python" ] || exit 0
