"""Gists: GitHub's REST endpoints for them, and their raw files."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from learn_demo.exchange import Answer, Call, RefusedError, paged
from learn_demo.people import JSON, user
from learn_demo.state import Gist, Revision, node_id, now, sha

if TYPE_CHECKING:
    from collections.abc import Mapping

GIST_HTML = 'https://gist.github.com'
SHOWN_BYTES = 1_000_000  # a longer file is cut in the answer; its raw_url has all of it


def _need_scope(call: Call) -> None:
    if 'gist' not in call.scopes:
        raise RefusedError(404, 'Not Found')


def _gist_of(call: Call) -> Gist:
    gist = call.hub.gists.get(call.words['gist_id'])
    if gist is None:
        raise RefusedError(404, 'Not Found')
    return gist


def _own_gist_of(call: Call) -> Gist:
    _need_scope(call)
    gist = _gist_of(call)
    if gist.owner != call.login:
        raise RefusedError(404, 'Not Found')
    return gist


def list_gists(call: Call) -> Answer:
    """GET the caller's gists, the newest first; secret ones with the scope only."""
    mine = [
        gist
        for gist in call.hub.gists.values()
        if gist.owner == call.login and (gist.public or 'gist' in call.scopes)
    ]
    return paged(call, [_base_gist(call.api, gist) for gist in reversed(mine)])


def create_gist(call: Call) -> Answer:
    """POST a gist."""
    _need_scope(call)
    files = _changed({}, call.json.get('files'))
    if not files:
        raise _invalid('files')
    description = call.json.get('description')
    number = call.hub.new_id()
    gist = Gist(
        id=sha('gist', number)[:32],
        owner=call.login or '',
        description=str(description) if description is not None else None,
        public=call.json.get('public') in (True, 'true'),
        created_at=now(),
        revisions=[Revision(version=sha(number), committed_at=now(), files=files)],
    )
    call.hub.gists[gist.id] = gist
    value = _gist(call.api, gist)
    return Answer(201, value, {'Location': str(value['url'])})


def get_gist(call: Call) -> Answer:
    """GET a gist; the id of a secret one is all that it takes."""
    gist = _gist_of(call)
    return Answer(200, _gist(call.api, gist))


def update_gist(call: Call) -> Answer:
    """PATCH a gist: an empty object deletes a file, a file that is not named stays."""
    gist = _own_gist_of(call)
    files = _changed(gist.files, call.json.get('files', {}))
    if not files:
        raise _invalid('files')
    if 'description' in call.json:
        gist.description = str(call.json['description'])
    if files != gist.files:
        version = sha(gist.id, len(gist.revisions))
        gist.revisions.insert(0, Revision(version=version, committed_at=now(), files=files))
    return Answer(200, _gist(call.api, gist))


def delete_gist(call: Call) -> Answer:
    """DELETE a gist with all its revisions."""
    del call.hub.gists[_own_gist_of(call).id]
    return Answer(204)


def raw_file(call: Call) -> Answer:
    """A file of a gist as bytes; at GitHub, on a host of its own."""
    for revision in _gist_of(call).revisions:
        if revision.version == call.words['sha'] and call.words['name'] in revision.files:
            return Answer(200, revision.files[call.words['name']].encode())
    raise RefusedError(404, 'Not Found')


def _invalid(name: str) -> RefusedError:
    errors = [{'resource': 'Gist', 'field': name, 'code': 'missing_field'}]
    return RefusedError(422, 'Validation Failed', errors=errors)


def _changed(files: Mapping[str, str], wanted: object) -> dict[str, str]:
    """The files of a gist after the change that a request asks for."""
    if not isinstance(wanted, dict):
        raise _invalid('files')
    result = dict(files)
    for name, change in wanted.items():
        before = result.pop(name, '')
        if not isinstance(change, dict) or not change:
            continue
        content = change.get('content', before)
        if not isinstance(content, str) or not content.strip():
            raise _invalid('files')
        result[str(change.get('filename') or name)] = content
    return result


def _file(api: str, gist: Gist, version: str, name: str, text: str) -> JSON:
    root = api.removesuffix('/api/v3')
    return {
        'filename': name,
        'type': 'text/plain',
        'language': 'Text',
        'raw_url': f'{root}/raw/{gist.owner}/{gist.id}/raw/{version}/{quote(name)}',
        'size': len(text.encode()),
    }


def _content(text: str) -> JSON:
    data = text.encode()
    shown = data[:SHOWN_BYTES].decode(errors='ignore')
    return {'truncated': len(data) > SHOWN_BYTES, 'content': shown, 'encoding': 'utf-8'}


def _frame(api: str, gist: Gist) -> JSON:
    url = f'{api}/gists/{gist.id}'
    return {
        'url': url,
        'forks_url': f'{url}/forks',
        'commits_url': f'{url}/commits',
        'id': gist.id,
        'node_id': node_id('G', gist.id),
        'git_pull_url': f'{GIST_HTML}/{gist.id}.git',
        'git_push_url': f'{GIST_HTML}/{gist.id}.git',
        'html_url': f'{GIST_HTML}/{gist.owner}/{gist.id}',
        'public': gist.public,
        'created_at': gist.created_at,
        'updated_at': gist.revisions[0].committed_at,
        'description': gist.description,
        'comments': 0,
        'user': None,
        'comments_url': f'{url}/comments',
        'owner': user(api, gist.owner),
        'truncated': False,
    }


def _base_gist(api: str, gist: Gist) -> JSON:
    version = gist.revisions[0].version
    files = {name: _file(api, gist, version, name, text) for name, text in gist.files.items()}
    return {**_frame(api, gist), 'files': files}


def _gist(api: str, gist: Gist) -> JSON:
    version = gist.revisions[0].version
    files = {
        name: {**_file(api, gist, version, name, text), **_content(text)}
        for name, text in gist.files.items()
    }
    history = [
        {
            'user': user(api, gist.owner),
            'version': revision.version,
            'committed_at': revision.committed_at,
            'change_status': {'total': 1, 'additions': 1, 'deletions': 0},
            'url': f'{api}/gists/{gist.id}/{revision.version}',
        }
        for revision in gist.revisions
    ]
    return {**_frame(api, gist), 'files': files, 'forks': [], 'history': history}
