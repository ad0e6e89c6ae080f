'use strict';

// Runs at the edge, where there are no environment variables.
module.exports.secure = async (event) => {
  const { response } = event.Records[0].cf;
  response.headers['strict-transport-security'] = [
    { key: 'Strict-Transport-Security', value: 'max-age=31536000' },
  ];
  return response;
};
