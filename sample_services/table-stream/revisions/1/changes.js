'use strict';

module.exports.follow = async ({ Records }) => Records.map(({ eventName, dynamodb }) => [eventName, dynamodb.Keys]);
module.exports.archive = async ({ Records }) => Records.map(({ dynamodb }) => dynamodb.OldImage);
