# Renders templates. $1: folder of the job, with recipe, values.json and templates.py.
cd "$1"
run bwrap --unshare-all --cap-drop ALL --new-session --clearenv --setenv LANG C.UTF-8 --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 \
    --proc /proc --dev /dev --bind recipe /recipe --ro-bind values.json /values.json --ro-bind templates.py /templates.py /usr/bin/python3 -I -B /templates.py
