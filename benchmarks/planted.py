"""What the benchmark plants: kinds of secrets, the forms they stand in, and what only looks so.

Templates as in `tests.redact.secrets`: `{alnum:16}` are as many random characters. A `§` is where
the secret stands.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# a kind -> how it looks, and the name that it goes by
MARKED: Mapping[str, tuple[str, str]] = {
    'aws key id': ('AKIA{base32:16}', 'AWS_ACCESS_KEY_ID'),
    'github classic': ('ghp_{alnum:36}', 'GITHUB_TOKEN'),
    'github fine-grained': ('github_pat_{alnum:22}_{alnum:59}', 'GH_PAT'),
    'github oauth': ('gho_{alnum:36}', 'GH_TOKEN'),
    'github app': ('ghs_{alnum:36}', 'APP_TOKEN'),
    'gitlab': ('glpat-{alnum:20}', 'GITLAB_TOKEN'),
    'anthropic': ('sk-ant-api03-{alnum:93}AA', 'ANTHROPIC_API_KEY'),
    'openai': ('sk-proj-{alnum:48}', 'OPENAI_API_KEY'),
    'slack token': ('xoxb-{digits:12}-{digits:13}-{alnum:24}', 'SLACK_BOT_TOKEN'),
    'stripe': ('sk_live_{alnum:24}', 'STRIPE_SECRET_KEY'),
    'google': ('AIza{alnum:35}', 'GOOGLE_API_KEY'),
    'npm': ('npm_{alnum:36}', 'NPM_TOKEN'),
    'pypi': ('pypi-AgEIcHlwaS5vcmc{alnum:120}', 'TWINE_PASSWORD'),
    'jwt': ('{jwt}', 'ACCESS_TOKEN'),
    'age': ('AGE-SECRET-KEY-1{base32:58}', 'SOPS_AGE_KEY'),
    'vault': ('hvs.{alnum:24}', 'VAULT_TOKEN'),
    'hugging face': ('hf_{alnum:34}', 'HF_TOKEN'),
    'sendgrid': ('SG.{alnum:22}.{alnum:43}', 'SENDGRID_API_KEY'),
    'twilio': ('SK{hex:32}', 'TWILIO_API_KEY'),
    'telegram': ('{digits:10}:AA{alnum:33}', 'TELEGRAM_BOT_TOKEN'),
    'docker': ('dckr_pat_{alnum:27}', 'DOCKER_PASSWORD'),
    'digitalocean': ('dop_v1_{hex:64}', 'DIGITALOCEAN_TOKEN'),
    'supabase': ('sbp_{hex:40}', 'SUPABASE_ACCESS_TOKEN'),
    'doppler': ('dp.pt.{alnum:43}', 'DOPPLER_TOKEN'),
    'linear': ('lin_api_{alnum:40}', 'LINEAR_API_KEY'),
}

# a kind that only what stands before it tells
NAMED: Mapping[str, tuple[str, str]] = {
    'aws secret key': ('{b64:40}', 'AWS_SECRET_ACCESS_KEY'),
    'azure': ('{alnum:3}8Q~{alnum:34}', 'AZURE_CLIENT_SECRET'),
    'named password': ('{password:14}', 'DB_PASSWORD'),
    'named token': ('{hex:32}', 'JIRA_TOKEN'),
}

KEYS: Mapping[str, str] = {'rsa key': 'RSA ', 'ec key': 'EC ', 'openssh key': 'OPENSSH '}

# a kind that is a place: the text around it is a part of it
PLACES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    'slack webhook': (
        'T{base32:9}/B{base32:10}/{alnum:24}',
        (
            'https://hooks.slack.com/services/§',
            'curl -X POST https://hooks.slack.com/services/§ -d "{}"',
            'SLACK_WEBHOOK_URL=https://hooks.slack.com/services/§',
            '{"url": "https:\\/\\/hooks.slack.com/services/§"}',
        ),
    ),
    'key=value password': (
        '{alnum:12}',
        (
            'PASSWORD=§',
            'export PGPASSWORD=§',
            'DB_PASS="§"',
            'spring.datasource.password=§',
            'Server=db;Database=x;User Id=app;Password=§;',
            'ENV ADMIN_PASSWORD=§',
        ),
    ),
    'yaml password': (
        '{alnum:12}',
        (
            'password: §',
            'db:\n  user: app\n  password: "§"\n',
            "    MYSQL_ROOT_PASSWORD: '§'",
            '      - POSTGRES_PASSWORD=§',
            'rootPassword: § # set by hand',
        ),
    ),
    'json password': (
        '{alnum:12}',
        (
            '{"password": "§"}',
            '{"user":"app","passwd":"§","port":5432}',
            '{\\"dbPassword\\": \\"§\\"}',
            '  "adminPassword" : "§",',
        ),
    ),
    'bearer header': (
        '{alnum:32}',
        (
            'Authorization: Bearer §',
            'curl -H "Authorization: Bearer §" https://api.internal/v1',
            "headers = {'Authorization': 'Bearer §'}",
            '"authorization":"Bearer §"',
        ),
    ),
    'basic header': (
        '{basic:12}',
        (
            'Authorization: Basic §',
            "curl --header 'Authorization: Basic §' https://api.internal/v1",
            '{"Authorization": "Basic §"}',
        ),
    ),
    'user:pass@host': (
        '{alnum:12}',
        (
            'postgres://app:§@db.internal:5432/app',
            'DATABASE_URL=mysql2://root:§@10.0.0.3/shop',
            'amqps://svc:§@mq.internal',
            'redis://:§@cache:6379/0',
            'git clone https://bot:§@git.internal/acme/app.git',
            'snowflake://ann:§@acme-eu/db',
            '"mongodb+srv://app:§@cluster0.abcde.mongodb.net/x?retryWrites=true"',
        ),
    ),
    'curl -u': (
        '{alnum:12}',
        (
            'curl -u bob:§ https://api.internal/',
            'curl -s --user "bob:§" https://api.internal/',
            "curl https://api.internal/ -u 'bob:§'",
        ),
    ),
    'netrc': (
        '{alnum:12}',
        (
            'machine api.internal login bob password §',
            'machine api.internal\n  login bob\n  password §\n',
            'default login anonymous password §',
        ),
    ),
}


# passwords that people make up, and the places that say so; only quotes hold blanks together
MADE_UP: Mapping[str, str] = {
    'passphrase with hyphens': '{words:4}',
    'passphrase with blanks': '{phrase:4}',
    'word': '{word}',
    'word with digits': '{digits_at_end}',
    'keyboard run': '{keys}',
    'word with signs': '{signs}',
}
MADE_UP_QUOTED: tuple[str, ...] = (
    "PGPASSWORD='§' psql -h db",
    'export DB_PASSWORD="§"',
    'password: "§"',
    '{"password": "§"}',
    '{"user": "app", "password_confirmation": "§"}',
    '{\\"dbPassword\\": \\"§\\"}',
    "CREATE USER app IDENTIFIED BY '§';",
    '<password>§</password>',
    'user.set_password("§")',
    "User.objects.create_user('ann', 'ann@example.com', '§')",
    'gh secret set DB_PASSWORD --body "§"',
    "ssh-keygen -t ed25519 -N '§' -f id",
    "page.getByLabel('Password').fill('§')",
    '{"element": "Password field", "ref": "e1", "text": "§"}',
    '- textbox "Password" [ref=e12]: §',
    "echo '§' | docker login -u ann --password-stdin",
    "htpasswd -nb ann '§'",
    '$env:DB_PASSWORD = "§"',
    'const password = "§";',
    'os.environ["DB_PASSWORD"] = "§"',
)
MADE_UP_BARE: tuple[str, ...] = (
    'DB_PASSWORD=§',
    'docker run -e MYSQL_ROOT_PASSWORD=§ mysql',
    'db:\n  user: app\n  password: §\n',
    'mysql -u root -p§ app',
    'sshpass -p § ssh ann@host',
    'deploy --password § now',
    'Server=db;User Id=app;Password=§;',
    'postgres://app:§@db.internal:5432/app',
    '[db]\nuser=app\npassword=§\n',
    'htpasswd -b .htpasswd ann §',
)


def _json_string(text: str) -> str:
    return json.dumps({'output': text})


def _twice(text: str) -> str:
    return json.dumps({'output': json.dumps({'log': text})})


def _base64(text: str) -> str:
    return f'data: {base64.b64encode(text.encode()).decode()}'


# every form in which what can stand in a log does: name, §, what is around
FORMS: tuple[Callable[[str, str], str], ...] = (
    lambda name, secret: f'{name}={secret}',
    lambda name, secret: f'export {name}="{secret}"',
    lambda name, secret: f'{name.lower()}: {secret}',
    lambda name, secret: json.dumps({'id': 7, name.lower(): secret}),
    lambda name, secret: _json_string(f'A=1\n{name}={secret}\nB=2\n'),
    lambda name, secret: _twice(f'A=1\n{name}="{secret}"\n'),
    lambda name, secret: _base64(f'{name}={secret}\n'),
    lambda name, secret: f'https://api.internal/v1?page=2&{name.lower()}={quote(secret)}&x=1',
    lambda name, secret: quote(f'https://a.internal/?{name.lower()}={secret}&x=1', safe=''),
    lambda name, secret: f"+    {name.lower()} = '{secret}'",
    lambda name, secret: f'   12\t{name} = "{secret}"',
    lambda name, secret: f'     7→const {name} = "{secret}";',
    lambda name, secret: f'\x1b[32m{name}\x1b[0m=\x1b[33m{secret}\x1b[0m',
    lambda name, secret: f'&quot;{name.lower()}&quot;: &quot;{secret}&quot;',
    lambda name, secret: f'<{name.lower()}>{secret}</{name.lower()}>',
    lambda name, secret: f'os.environ.setdefault("{name}", "{secret}")',
    lambda name, secret: f'  - name: {name}\n    value: {secret}\n',
    lambda name, secret: f'[default]\n{name.lower()} = {secret}\n',
    lambda name, secret: f'{name.lower()} := "{secret}"',
    lambda name, secret: f"'{name.lower()}' => '{secret}',",
    lambda name, secret: f'$env:{name} = "{secret}"',
    lambda name, secret: f'docker run -e {name}={secret} app',
    lambda name, secret: f'2026-01-05 10:00:00 INFO {name.lower()}={secret} ok',
    lambda name, secret: f'{{ "{name}": "{secret}" }}',
    lambda name, secret: f'var {name} string = "{secret}"',
)
MORE_FORMS: tuple[Callable[[str, str], str], ...] = (  # where the secret tells by itself
    lambda _, secret: f'I used {secret} for it.',
    lambda _, secret: f'`{secret}`',
    lambda _, secret: f'curl -H "Authorization: Bearer {secret}" https://api.internal/',
    lambda _, secret: f'"\\n{secret}\\n"',
    lambda _, secret: f'see ({secret})',
)
