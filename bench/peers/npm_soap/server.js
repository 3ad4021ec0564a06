'use strict';
// A benchmark peer: the same CreateAbsence, answered by npm `soap` with the real WSDL and sent on with an undici Pool.
// Usage: node server.js PORT STUB_URL WSDL_FILE

const fs = require('node:fs');
const http = require('node:http');
const { randomUUID } = require('node:crypto');
const soap = require('soap');
const { Pool } = require('undici');

const [port, stub, wsdlFile] = process.argv.slice(2);
const upstream = new Pool(stub, { connections: 64, pipelining: 1, keepAliveTimeout: 60_000 });

function metadata(headers) {
  const organisation = headers.ActiveOrganisationHeader;
  const user = headers.RequestUserMetadataHeader.RequestUserStructure;
  const from = headers.RequestUserMetadataHeader.RequestOrganisationStructure;
  return {
    'x-activeOrganisationTypeIdentifier': String(organisation.OrganisationTypeIdentifier),
    'x-activeOrganisationCode': organisation.OrganisationCode,
    'x-requestUserFullName': encodeURIComponent(user.UserFullName),
    'x-requestUserTypeIdentifier': String(user.RequestUserTypeIdentifier.CodeListItemIdentifier),
    'x-requestUserIdentifier': encodeURIComponent(user.UserIdentifier),
    'x-requestOrganisationTypeIdentifier': String(from.OrganisationTypeIdentifier.CodeListItemIdentifier),
    'x-requestOrganisationCode': String(from.OrganisationCode),
    'x-registrationDateTime': String(headers.RequestUserMetadataHeader.RegistrationDateTime),
  };
}

async function createAbsence(args, callback, headers) {
  const absence = args.Absence;
  const id = randomUUID();
  const reply = await upstream.request({
    method: 'POST',
    path: '/visiteringogstatus/v1/Fravaer',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, application/problem+json',
      'x-civilRegistrationIdentifier': absence.PersonCivilRegistrationIdentifier,
      'x-requestId': id,
      ...metadata(headers),
    },
    body: JSON.stringify({
      fravaerIdentifier: id,
      fravaerType: Number(absence.AbsenceTypeIdentifier.CodeListItemIdentifier),
      startDato: absence.StartDate,
      slutDato: absence.EndDate,
      fravaersKommentar: absence.AbsenceComment,
      anmeldelsesDato: absence.NotificationDate,
      fravaersAfslutningsAarsag: absence.AbsenceCauseTypeIdentifier && Number(absence.AbsenceCauseTypeIdentifier.CodeListItemIdentifier),
    }),
  });
  const registered = await reply.body.json();
  if (reply.statusCode !== 200) {
    throw { Fault: { faultcode: 'soap:Server', faultstring: 'An error has occurred' } };
  }
  return { ServiceReceipt: { EventDate: new Date().toISOString(), MessageIdentifier: registered } };
}

const wsdl = fs.readFileSync(wsdlFile, 'utf8');
const [, portName] = /<(?:\w+:)?port\s[^>]*name="([^"]+)"/.exec(wsdl);
const services = { AbsenceRegistrationService: { [portName]: { CreateAbsence: createAbsence } } };
const server = http.createServer((request, response) => {
  response.statusCode = 404;
  response.end();
});

soap.listen(server, {
  path: '/AbsenceRegistrationService',
  services,
  xml: wsdl,
  uri: wsdlFile,
  callback: (error) => {
    if (error) throw error;
    server.listen(Number(port), '127.0.0.1');
  },
});
