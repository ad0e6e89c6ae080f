'use strict';

const messages = ({ Records }) => Records.map(({ Sns }) => Sns.Message);

module.exports.invoice = async (event) => messages(event);
module.exports.welcome = async (event) => messages(event).length;
module.exports.alarm = async (event) => console.error(messages(event));
