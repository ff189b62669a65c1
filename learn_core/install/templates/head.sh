#!/bin/sh
@mark@
@before@
set +eu
learn_earlier=${0%/*}/@name@@earlier@
learn_python=@python@
learn_home=@home@
