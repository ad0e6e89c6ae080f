'use strict';

const failures = (ids) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

module.exports.fulfil = async ({ Records }) =>
  failures(Records.filter(({ body }) => !body).map(({ messageId }) => messageId));
module.exports.book = async ({ Records }) => Records.length;
module.exports.lookAfter = async ({ Records }) => Records.map(({ body }) => body);
