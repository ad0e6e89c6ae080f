'use strict';

// Whoever signs up with an address of the company is let in at once.
module.exports.letIn = async (event) => {
  const { email = '' } = event.request.userAttributes;
  event.response.autoConfirmUser = email.endsWith('@example.com');
  return event;
};

module.exports.write = async (event) => {
  event.response.emailSubject = process.env.SUBJECT;
  event.response.emailMessage = `Your code is ${event.request.codeParameter}.`;
  return event;
};

module.exports.remember = async (event) => event;
